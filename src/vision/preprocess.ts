import type { Tensor } from '../engine/tensor.js';
import type { VisionManifest } from '../registry/model.manifest.js';
import type { RgbPixels } from './image.decoder.js';

/**
 * How pixels become the graph's input of shape [1, 3, side, side] or [1, side, side, 3]: bytes as
 * they are for UINT8, else (pixel * scale - mean) / std by channel.
 */
export function preprocessor({
  input,
  preprocessing,
}: Pick<VisionManifest, 'input' | 'preprocessing'>): (pixels: RgbPixels) => Tensor {
  const { datatype, layout } = input;
  const side = preprocessing.crop;
  const area = side * side;
  const shape = layout === 'NCHW' ? [1, 3, side, side] : [1, side, side, 3];
  if (datatype === 'UINT8' && layout === 'NHWC' && input.channels === 'RGB') {
    return (pixels) => ({ datatype, shape, data: pixels });
  }
  const [pixelStep, planeStep] = layout === 'NCHW' ? [1, area] : [3, 1];
  const order = input.channels === 'RGB' ? [0, 1, 2] : [2, 1, 0];
  const planes = order.map((source, channel) => ({ source, table: tableOf(channel) }));
  return (pixels) => {
    const data = datatype === 'UINT8' ? new Uint8Array(3 * area) : new Float32Array(3 * area);
    for (const [channel, { source, table }] of planes.entries()) {
      let to = channel * planeStep;
      for (let from = source; from < pixels.length; from += 3, to += pixelStep) {
        data[to] = table[pixels[from] ?? 0] ?? 0;
      }
    }
    return { datatype, shape, data };
  };

  /** The value of each byte in a channel. */
  function tableOf(channel: number): Float32Array {
    const { scale, mean, std } = preprocessing;
    return Float32Array.from({ length: 256 }, (_, byte) =>
      datatype === 'UINT8' ? byte : (byte * scale - (mean[channel] ?? 0)) / (std[channel] ?? 1),
    );
  }
}
