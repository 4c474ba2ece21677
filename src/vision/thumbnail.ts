import sharp from 'sharp';

const SIDE = 160;

/** A small JPEG of a picture, of a few kilobytes. */
export function thumbnail(image: Uint8Array): Promise<Buffer> {
  return sharp(image).resize(SIDE, SIDE).jpeg({ quality: 70 }).toBuffer();
}
