import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { ImageDecoder } from './image.decoder.js';

const fixtures = new URL('../../test/fixtures/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, fixtures));
const parity = JSON.parse(read('vision/parity.json').toString()) as {
  tolerance: { meanRgb: number };
  cases: {
    file: string;
    decode: string;
    meanRgb: number[];
    tolerance?: { meanRgb: number };
    sha256?: string;
  }[];
};

const never = new AbortController().signal;
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
      const pixels = await decoder.decode(read(file), never);
      expect(pixels).toHaveLength(224 * 224 * 3);
      if (one.sha256) expect(createHash('sha256').update(pixels).digest('hex')).toBe(one.sha256);
      const tolerance = one.tolerance?.meanRgb ?? parity.tolerance.meanRgb;
      for (const [channel, value] of meanRgb(pixels).entries()) {
        expect(Math.abs(value - (one.meanRgb[channel] ?? NaN))).toBeLessThanOrEqual(tolerance);
      }
    },
  );
});

describe('a picture of few pixels', () => {
  const photo = sharp(read('photos/coffee.jpg'));

  it.each([
    [224, 224],
    [300, 200],
    [90, 260],
  ])('of %i x %i gives the same from every lossless file', async (width, height) => {
    const small = photo.clone().resize(width, height, { fit: 'fill' });
    const plain = await small.clone().png().toBuffer();
    const others = [
      small.clone().png({ progressive: true }),
      small.clone().ensureAlpha().png(),
      small.clone().webp({ lossless: true }),
      small.clone().tiff({ compression: 'lzw' }),
      small.clone().rotate(90).withMetadata({ orientation: 8 }).png(),
    ];
    const pixels = await decoder.decode(plain, never);
    expect(pixels).toHaveLength(224 * 224 * 3);
    for (const other of others) {
      expect(Buffer.compare(pixels, await decoder.decode(await other.toBuffer(), never))).toBe(0);
    }
  });

  it('with a fault in a plain PNG is refused as any other', async () => {
    const file = await photo.clone().resize(100, 100).png().toBuffer();
    file.fill(0x55, file.length / 2, file.length / 2 + 20);
    await expect(decoder.decode(file, never)).rejects.toMatchObject({ code: 'bad-image' });
  });
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
    await expect(decoder.decode(read(file), never)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
