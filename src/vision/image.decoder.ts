import { Transformer } from '@napi-rs/image';
import sharp, { type KernelEnum, type Sharp } from 'sharp';
import type { VisionManifest } from '../registry/model.manifest.js';
import { ScoringError } from '../scoring/scoring.errors.js';
import { type ImageHeader, isKnownFormat, readHeader } from './image.header.js';
import { PixelBudget } from './pixel.budget.js';
import { CutResizer, type Picture } from './resize/cut.resizer.js';

/** Red, green and blue bytes, row by row: [side, side, 3]. */
export type RgbPixels = Uint8Array;

type Filter = VisionManifest['preprocessing']['resize']['filter'];

const KERNEL = {
  nearest: 'nearest',
  bilinear: 'linear',
  bicubic: 'cubic',
  lanczos3: 'lanczos3',
} as const satisfies Record<Filter, keyof KernelEnum>;

/**
 * Up to here a picture is decoded whole and resized on this thread, in less than a millisecond, and
 * its memory is not worth counting; above it libvips resizes while it decodes
 * (docs/decisions/0009-decoding.md).
 */
const SMALL_PIXELS = 512 * 512;

// One image is decoded on one thread; images beside each other use the others.
sharp.concurrency(1);
// Every image comes once: libvips' cache of operations would only hold memory.
sharp.cache(false);

/**
 * Decodes as a photo viewer shows the picture (EXIF orientation, embedded colour profile turned
 * into sRGB, transparency over white, first frame), resizes and cuts the centred square.
 */
export class ImageDecoder {
  /** Undefined for a filter that is left to libvips. */
  readonly #resizer: CutResizer | undefined;

  /** @param budget shared by all decoders; by default of one picture of the greatest size */
  constructor(
    private readonly preprocessing: VisionManifest['preprocessing'],
    private readonly maxPixels: number,
    private readonly budget = new PixelBudget(maxPixels),
  ) {
    const { filter } = preprocessing.resize;
    if (filter !== 'nearest') this.#resizer = new CutResizer(filter);
  }

  /**
   * @param signal ends the wait for a turn with its reason
   * @throws ScoringError `bad-image` or `image-too-large`
   */
  async decode(image: Uint8Array, signal: AbortSignal): Promise<RgbPixels> {
    const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
    requireKnownFormat(bytes);
    try {
      const header = readHeader(bytes) ?? (await this.#measure(bytes));
      const pixels = header.width * header.height;
      if (pixels > this.maxPixels) throw this.#tooLarge();
      if (pixels <= SMALL_PIXELS) return await this.#decodeSmall(bytes, header);
      return await this.budget.run(pixels, signal, () => this.#decodeLarge(bytes));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw this.#explain(error);
    }
  }

  async #measure(image: Buffer): Promise<ImageHeader> {
    const { width, height } = await this.#open(image).metadata();
    return { width, height, plainPng: false };
  }

  async #decodeSmall(image: Buffer, header: ImageHeader): Promise<RgbPixels> {
    if (this.#resizer === undefined) return this.#decodeLarge(image);
    const plain = header.plainPng ? await decodePlainPng(image, header) : undefined;
    const picture = plain ?? (await this.#decodeWhole(image));
    return this.#resizer.resize(picture, this.#cut(picture));
  }

  async #decodeWhole(image: Buffer): Promise<Picture> {
    const { data, info } = await asRgb(this.#open(image)).toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  }

  #decodeLarge(image: Buffer): Promise<RgbPixels> {
    const { resize, crop } = this.preprocessing;
    const margin = Math.round((resize.size - crop) / 2);
    const resized = this.#open(image)
      .resize(resize.size, resize.size, {
        fit: resize.mode === 'stretch' ? 'fill' : 'cover',
        kernel: KERNEL[resize.filter],
        // The JPEG decoder then shrinks to no less than twice the size that is wanted: all the way,
        // it moves probabilities by up to .084 (.031 so).
        fastShrinkOnLoad: false,
      })
      .extract({ left: margin, top: margin, width: crop, height: crop });
    return asRgb(resized).toBuffer();
  }

  #open(image: Buffer): Sharp {
    return sharp(image, { failOn: 'error', limitInputPixels: this.maxPixels }).autoOrient();
  }

  #cut({ width, height }: Picture) {
    const { resize, crop } = this.preprocessing;
    const short = Math.min(width, height);
    const scaled = (side: number) =>
      resize.mode === 'stretch' ? resize.size : Math.round((side * resize.size) / short);
    const resized = { width: scaled(width), height: scaled(height) };
    const margin = (side: number) => Math.floor((side - crop) / 2);
    return { ...resized, left: margin(resized.width), top: margin(resized.height), side: crop };
  }

  #explain(error: unknown): ScoringError {
    if (error instanceof ScoringError) return error;
    if (error instanceof Error && error.message.includes('pixel limit')) return this.#tooLarge();
    return new ScoringError('bad-image', 'The image is damaged or cut off and cannot be decoded.');
  }

  #tooLarge(): ScoringError {
    const limit = `at most ${this.maxPixels} pixels are accepted`;
    return new ScoringError('image-too-large', `The image is too large: ${limit}.`);
  }
}

/** Three bytes a pixel, whatever the file has. */
function asRgb(image: Sharp): Sharp {
  return image.flatten({ background: '#ffffff' }).toColourspace('srgb').raw({ depth: 'uchar' });
}

/** A quarter of the time that libvips takes. Undefined for a damaged file, which libvips judges. */
async function decodePlainPng(
  image: Buffer,
  { width, height }: ImageHeader,
): Promise<Picture | undefined> {
  const data = await new Transformer(image).rawPixels().catch(() => undefined);
  return data?.byteLength === 3 * width * height ? { data, width, height } : undefined;
}

function requireKnownFormat(image: Buffer): void {
  if (image.byteLength === 0)
    throw new ScoringError('bad-image', 'The image is empty: 0 bytes came.');
  if (isKnownFormat(image)) return;
  throw new ScoringError(
    'bad-image',
    'The bytes are not an image of a known format: expected JPEG, PNG, WebP, GIF, AVIF or TIFF.',
  );
}
