import type { Tensor } from '../engine/tensor.js';
import type { VisionManifest } from '../registry/model.manifest.js';
import type { RgbPixels } from './image.decoder.js';

/**
 * Turns pixels into the graph's input of shape [1, 3, side, side] or [1, side, side, 3]:
 * bytes as they are for UINT8, else (pixel * scale - mean) / std by channel.
 */
export function preprocess(
  pixels: RgbPixels,
  { input, preprocessing }: Pick<VisionManifest, 'input' | 'preprocessing'>,
): Tensor {
  const side = preprocessing.crop;
  const order = input.channels === 'RGB' ? [0, 1, 2] : [2, 1, 0];
  const shape = input.layout === 'NCHW' ? [1, 3, side, side] : [1, side, side, 3];
  const area = side * side;
  const [pixelStep, planeStep] = input.layout === 'NCHW' ? [1, area] : [3, 1];
  if (input.datatype === 'UINT8') {
    if (input.layout === 'NHWC' && input.channels === 'RGB') {
      return { datatype: 'UINT8', shape, data: pixels };
    }
    const data = new Uint8Array(3 * area);
    arrange(data, pixels, order, pixelStep, planeStep, (byte) => byte);
    return { datatype: 'UINT8', shape, data };
  }
  const data = new Float32Array(3 * area);
  const { scale, mean, std } = preprocessing;
  const tables = order.map((_, channel) =>
    Float32Array.from({ length: 256 }, (_byte, byte) => {
      return (byte * scale - (mean[channel] ?? 0)) / (std[channel] ?? 1);
    }),
  );
  arrange(
    data,
    pixels,
    order,
    pixelStep,
    planeStep,
    (byte, channel) => tables[channel]?.[byte] ?? 0,
  );
  return { datatype: 'FP32', shape, data };
}

function arrange(
  target: Uint8Array | Float32Array,
  pixels: RgbPixels,
  order: readonly number[],
  pixelStep: number,
  planeStep: number,
  value: (byte: number, channel: number) => number,
): void {
  for (const [channel, source] of order.entries()) {
    let to = channel * planeStep;
    for (let from = source; from < pixels.length; from += 3, to += pixelStep) {
      target[to] = value(pixels[from] ?? 0, channel);
    }
  }
}
