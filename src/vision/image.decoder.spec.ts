import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ImageDecoder } from './image.decoder.js';

const fixtures = new URL('../../test/fixtures/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, fixtures));
const parity = JSON.parse(read('vision/parity.json').toString()) as {
  tolerance: { meanRgb: number };
  cases: { file: string; decode: string; meanRgb: number[]; tolerance?: { meanRgb: number } }[];
};

const decoder = new ImageDecoder(
  {
    resize: { mode: 'shortest-side', size: 256, filter: 'bicubic' },
    crop: 224,
    scale: 1,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  50_000_000,
);

function meanRgb(pixels: Uint8Array): number[] {
  const sums = [0, 0, 0];
  for (const [index, value] of pixels.entries()) sums[index % 3] = (sums[index % 3] ?? 0) + value;
  return sums.map((sum) => (sum * 3) / pixels.length);
}

describe('decoding gives the colours that the Python pipeline sees', () => {
  it.each(parity.cases.map((one) => [one.file, one.decode, one] as const))(
    '%s: %s',
    async (file, _decode, one) => {
      const pixels = await decoder.decode(read(file));
      expect(pixels).toHaveLength(224 * 224 * 3);
      const tolerance = one.tolerance?.meanRgb ?? parity.tolerance.meanRgb;
      for (const [channel, value] of meanRgb(pixels).entries()) {
        expect(Math.abs(value - (one.meanRgb[channel] ?? NaN))).toBeLessThanOrEqual(tolerance);
      }
    },
  );
});

describe('an image that cannot be read is refused', () => {
  it.each([
    ['vision/truncated.jpg', 'bad-image', /cut off/],
    ['vision/huge-header.png', 'image-too-large', /50000000 pixels/],
    ['vision/drawing.svg', 'bad-image', /expected JPEG, PNG/],
    ['vision/page.pdf', 'bad-image', /expected JPEG, PNG/],
    ['vision/text.jpg', 'bad-image', /expected JPEG, PNG/],
    ['vision/empty.jpg', 'bad-image', /0 bytes/],
  ])('%s as %s', async (file, code, message) => {
    await expect(decoder.decode(read(file))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
