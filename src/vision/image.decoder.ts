import sharp, { type KernelEnum } from 'sharp';
import type { VisionManifest } from '../registry/model.manifest.js';
import { ScoringError } from '../scoring/scoring.errors.js';

/** Red, green and blue bytes, row by row: [side, side, 3]. */
export type RgbPixels = Uint8Array;

type Filter = VisionManifest['preprocessing']['resize']['filter'];

const KERNEL = {
  nearest: 'nearest',
  bilinear: 'linear',
  bicubic: 'cubic',
  lanczos3: 'lanczos3',
} as const satisfies Record<Filter, keyof KernelEnum>;

/** First bytes of the formats that are decoded; libvips would also render SVG and PDF. */
const SIGNATURES: readonly { at: number; bytes: string }[] = [
  { at: 0, bytes: '\xff\xd8\xff' },
  { at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { at: 8, bytes: 'WEBP' },
  { at: 0, bytes: 'GIF8' },
  { at: 4, bytes: 'ftypavif' },
  { at: 4, bytes: 'ftypavis' },
  { at: 4, bytes: 'ftypmif1' },
  { at: 0, bytes: 'II*\0' },
  { at: 0, bytes: 'MM\0*' },
];

// One image is decoded on one thread; images beside each other use the others.
sharp.concurrency(1);
// Every image comes once: libvips' cache of operations would only hold memory.
sharp.cache(false);

/**
 * Decodes as a photo viewer shows the picture (EXIF orientation, embedded colour profile turned
 * into sRGB, transparency over white, first frame), resizes and cuts the centred square.
 */
export class ImageDecoder {
  constructor(
    private readonly preprocessing: VisionManifest['preprocessing'],
    private readonly maxPixels: number,
  ) {}

  /** @throws ScoringError `bad-image` or `image-too-large` */
  async decode(image: Uint8Array): Promise<RgbPixels> {
    requireKnownFormat(image);
    const { resize, crop } = this.preprocessing;
    const margin = Math.round((resize.size - crop) / 2);
    try {
      return await sharp(image, { failOn: 'error', limitInputPixels: this.maxPixels })
        .autoOrient()
        .resize(resize.size, resize.size, {
          fit: resize.mode === 'stretch' ? 'fill' : 'cover',
          kernel: KERNEL[resize.filter],
          // Shrinking inside the JPEG decoder moves probabilities by up to .084 (.031 without).
          fastShrinkOnLoad: false,
        })
        .extract({ left: margin, top: margin, width: crop, height: crop })
        .flatten({ background: '#ffffff' })
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): ScoringError {
    const text = error instanceof Error ? error.message : '';
    if (text.includes('pixel limit')) {
      const limit = `at most ${this.maxPixels} pixels are accepted`;
      return new ScoringError('image-too-large', `The image is too large: ${limit}.`);
    }
    return new ScoringError('bad-image', 'The image is damaged or cut off and cannot be decoded.');
  }
}

function requireKnownFormat(image: Uint8Array): void {
  if (image.byteLength === 0)
    throw new ScoringError('bad-image', 'The image is empty: 0 bytes came.');
  const head = Buffer.from(image.buffer, image.byteOffset, Math.min(32, image.byteLength));
  const text = head.toString('latin1');
  if (SIGNATURES.some(({ at, bytes }) => text.startsWith(bytes, at))) return;
  throw new ScoringError(
    'bad-image',
    'The bytes are not an image of a known format: expected JPEG, PNG, WebP, GIF, AVIF or TIFF.',
  );
}
