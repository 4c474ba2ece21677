import { describe, expect, it } from '@jest/globals';
import { axisOf, type Filter } from './axis.js';
import { type Cut, CutResizer, type Picture } from './cut.resizer.js';
import { WEIGHT_BITS } from './resize.kernel.js';

/** The same arithmetic in plain JavaScript, one pixel after the other. */
function slowly(filter: Filter, { data, width, height }: Picture, cut: Cut): number[] {
  const across = axisOf(filter, { source: width, target: cut.width }, at(cut.left, cut.side));
  const down = axisOf(filter, { source: height, target: cut.height }, at(cut.top, cut.side));
  const sum = (axis: typeof across, index: number, value: (source: number) => number) => {
    let total = 1 << (WEIGHT_BITS - 1);
    for (let tap = 0; tap < 2 * axis.pairs; tap += 1) {
      const weight = axis.weights[2 * axis.pairs * index + tap] ?? NaN;
      if (weight !== 0) total += weight * value((axis.starts[index] ?? NaN) + tap);
    }
    return Math.min(255, Math.max(0, total >> WEIGHT_BITS));
  };
  const pixels: number[] = [];
  for (let y = 0; y < cut.side; y += 1) {
    for (let x = 0; x < 3 * cut.side; x += 1) {
      const column = (row: number) =>
        sum(
          across,
          Math.floor(x / 3),
          (source) => data[(row * width + source) * 3 + (x % 3)] ?? NaN,
        );
      pixels.push(sum(down, y, column));
    }
  }
  return pixels;
}

const at = (from: number, count: number) => ({ from, count });

/** Hard edges and noise, so that overshoot has to be cut off at 0 and 255. */
function picture(width: number, height: number): Picture {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) =>
    index % 7 === 0 ? 255 : (index * 2_654_435_761) >>> (index % 3 === 0 ? 24 : 31),
  );
  return { data, width, height };
}

describe('a resized cut', () => {
  const resizers = {
    bilinear: new CutResizer('bilinear'),
    bicubic: new CutResizer('bicubic'),
    lanczos3: new CutResizer('lanczos3'),
  };

  it.each([
    ['bicubic', 28, 28, { width: 32, height: 32, left: 2, top: 2, side: 28 }],
    ['bicubic', 40, 25, { width: 51, height: 32, left: 12, top: 2, side: 28 }],
    ['bicubic', 64, 90, { width: 32, height: 45, left: 2, top: 9, side: 27 }],
    ['bicubic', 1, 1, { width: 32, height: 32, left: 2, top: 2, side: 28 }],
    ['bicubic', 3, 200, { width: 32, height: 2133, left: 2, top: 1052, side: 28 }],
    ['bilinear', 77, 31, { width: 20, height: 20, left: 0, top: 0, side: 20 }],
    ['lanczos3', 61, 47, { width: 42, height: 32, left: 7, top: 2, side: 28 }],
    ['lanczos3', 2, 2, { width: 9, height: 9, left: 1, top: 1, side: 7 }],
  ] as const)('with %s from %i x %i is what the weights say', (filter, width, height, cut) => {
    const source = picture(width, height);
    expect([...resizers[filter].resize(source, cut)]).toEqual(slowly(filter, source, cut));
  });

  it('keeps a flat area as it is', () => {
    const data = new Uint8Array(50 * 70 * 3).fill(201);
    const cut = { width: 32, height: 45, left: 2, top: 8, side: 28 };
    const pixels = resizers.bicubic.resize({ data, width: 50, height: 70 }, cut);
    expect(pixels).toEqual(new Uint8Array(28 * 28 * 3).fill(201));
  });

  it('keeps a picture that has its size already', () => {
    const source = picture(30, 30);
    const cut = { width: 30, height: 30, left: 0, top: 0, side: 30 };
    expect(resizers.bicubic.resize(source, cut)).toEqual(source.data);
  });
});
