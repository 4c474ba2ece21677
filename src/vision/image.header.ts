/** What the first bytes say of a picture, before anything is decoded. */
export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  /** A PNG whose samples are its colours: nothing but inflating is between the file and the pixels. */
  readonly plainPng: boolean;
}

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

export function isKnownFormat(image: Buffer): boolean {
  const head = image.toString('latin1', 0, 32);
  return SIGNATURES.some(({ at, bytes }) => head.startsWith(bytes, at));
}

/** Undefined for other formats than JPEG and PNG, and for files that are damaged. */
export function readHeader(image: Buffer): ImageHeader | undefined {
  const reader = image[0] === 0xff ? readJpeg : image[0] === 0x89 ? readPng : undefined;
  const header = reader?.(image);
  return header !== undefined && header.width > 0 && header.height > 0 ? header : undefined;
}

/** 8-bit RGB, not interlaced (PNG 3rd edition, 11.2.1): bytes 8 to 12 of IHDR. */
const PLAIN_RGB = Buffer.from([8, 2, 0, 0, 0]);

/** Chunks that change no pixel. What is missing here, such as iCCP, eXIf, tRNS or cICP, may. */
const NEUTRAL_CHUNKS = new Set(
  [
    'IDAT',
    'IEND',
    'sRGB',
    'gAMA',
    'cHRM',
    'pHYs',
    'tIME',
    'tEXt',
    'zTXt',
    'iTXt',
    'sBIT',
    'bKGD',
  ].map((name) => Buffer.from(name).readUInt32BE()),
);
const IHDR = Buffer.from('IHDR').readUInt32BE();
const IEND = Buffer.from('IEND').readUInt32BE();

function readPng(image: Buffer): ImageHeader | undefined {
  if (image.byteLength < 33 || image.readUInt32BE(12) !== IHDR) return undefined;
  const width = image.readUInt32BE(16);
  const height = image.readUInt32BE(20);
  const plainPng = image.subarray(24, 29).equals(PLAIN_RGB) && hasNeutralChunks(image);
  return { width, height, plainPng };
}

function hasNeutralChunks(image: Buffer): boolean {
  let at = 33;
  while (at + 12 <= image.byteLength) {
    const type = image.readUInt32BE(at + 4);
    if (!NEUTRAL_CHUNKS.has(type)) return false;
    at += image.readUInt32BE(at) + 12;
    if (type === IEND) return at <= image.byteLength;
  }
  return false;
}

/** Follows the segments up to the frame header, SOF0 to SOF15 (ITU T.81, B.2.2). */
function readJpeg(image: Buffer): ImageHeader | undefined {
  for (let at = 2; at + 9 <= image.byteLength && image[at] === 0xff;) {
    const marker = image[at + 1] ?? 0;
    // Fill bytes may stand before a marker.
    if (marker === 0xff) at += 1;
    else if (isFrame(marker)) {
      const height = image.readUInt16BE(at + 5);
      return { width: image.readUInt16BE(at + 7), height, plainPng: false };
    } else at += 2 + image.readUInt16BE(at + 2);
  }
  return undefined;
}

/** All of C0 to CF but DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
