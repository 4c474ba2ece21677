import { readFileSync } from 'node:fs';
import sharp from 'sharp';

/** 12 words. */
export const QUESTION = 'how can i take one element out of the middle of my array';

const PHOTO = new URL('../test/fixtures/photos/coffee.jpg', import.meta.url);

/** Body of `/score` as the reference's tutorial sends it: a 224 x 224 PNG as base64 in JSON, 172 kB. */
export async function imageBody() {
  const png = await sharp(readFileSync(PHOTO)).resize(224, 224).png().toBuffer();
  return JSON.stringify({ input: { 'image.png': png.toString('base64') } });
}
