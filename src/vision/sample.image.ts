import sharp from 'sharp';

/** A photograph as a square JPEG of quality 90, `side` pixels wide and high. */
export function squareJpeg(photograph: Uint8Array, side: number): Promise<Buffer> {
  return sharp(photograph).resize(side, side, { fit: 'cover' }).jpeg({ quality: 90 }).toBuffer();
}
