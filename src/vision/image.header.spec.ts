import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { isKnownFormat, readHeader } from './image.header.js';

const fixture = (file: string) =>
  readFileSync(new URL(`../../test/fixtures/${file}`, import.meta.url));
const plain = sharp({ create: { width: 7, height: 5, channels: 3, background: '#204080' } });
const png = () => plain.clone().png().toBuffer();

/** The file with a chunk after its header; nobody looks at the checksum. */
function withChunk(file: Buffer, type: string, data = Buffer.from('data')): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const chunk = Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  return Buffer.concat([file.subarray(0, 33), chunk, file.subarray(33)]);
}

describe('the header of a picture', () => {
  it.each([
    'photos/coffee.jpg',
    'photos/camera.png',
    'photos/chelsea.png',
    'vision/coffee-cmyk.jpg',
    'vision/coffee-palette-transparent.png',
    'vision/tripod-orientation-6.jpg',
    'vision/coffee-rgb16.png',
  ])('of %s gives the size in the file', async (file) => {
    const { width, height } = await sharp(fixture(file)).metadata();
    expect(readHeader(fixture(file))).toMatchObject({ width, height });
  });

  it.each(['vision/coffee.webp', 'vision/coffee.avif', 'vision/coffee.tiff'])(
    'of %s is not read, but its format is known',
    (file) => {
      expect(readHeader(fixture(file))).toBeUndefined();
      expect(isKnownFormat(fixture(file))).toBe(true);
    },
  );

  it('is not read off the stump of a file', async () => {
    const whole = [fixture('photos/coffee.jpg').subarray(0, 1_000), await png()];
    for (const file of whole) {
      for (let length = 1; length < 33; length += 1) {
        expect(readHeader(file.subarray(0, length))).toBeUndefined();
      }
    }
  });
});

describe('a plain PNG', () => {
  it('has 8-bit RGB samples and only chunks that change no pixel', async () => {
    expect(readHeader(await png())).toEqual({ width: 7, height: 5, plainPng: true });
    for (const type of ['sRGB', 'gAMA', 'tEXt', 'pHYs']) {
      expect(readHeader(withChunk(await png(), type))?.plainPng).toBe(true);
    }
  });

  it.each(['iCCP', 'eXIf', 'tRNS', 'cICP', 'xxxx'])('has no %s', async (type) => {
    expect(readHeader(withChunk(await png(), type))?.plainPng).toBe(false);
  });

  it('is not interlaced, grey, transparent, of a palette or of 16 bits', async () => {
    const others = [
      plain.clone().png({ progressive: true }),
      plain.clone().png({ palette: true }),
      plain.clone().toColourspace('b-w').png(),
      plain.clone().ensureAlpha().png(),
      plain.clone().toColourspace('rgb16').png(),
    ];
    for (const other of others) {
      expect(readHeader(await other.toBuffer())?.plainPng).toBe(false);
    }
  });

  it('is whole', async () => {
    const file = await png();
    for (const length of [file.length - 1, file.length - 12, 40]) {
      expect(readHeader(file.subarray(0, length))?.plainPng).toBe(false);
    }
  });
});
