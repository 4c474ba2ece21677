import { crc32 } from 'node:zlib';

/** JPEG with a comment, EXIF and XMP behind its start; the picture itself is as it was. */
export function taggedJpeg(jpeg: Buffer, text: string): Buffer {
  const [start, rest] = [jpeg.subarray(0, 2), jpeg.subarray(2)];
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><x:note>${text}</x:note></x:xmpmeta>`;
  return Buffer.concat([
    start,
    segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif(text)])),
    segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmp}`)),
    segment(0xfe, Buffer.from(text)),
    rest,
  ]);
}

/** PNG with a text chunk, as key and as value, behind its header. */
export function taggedPng(png: Buffer, text: string): Buffer {
  // Signature, and the header's length, type, 13 bytes and checksum.
  const headerEnd = 8 + 25;
  const content = Buffer.from(`tEXt${text.slice(0, 70)}\0${text}`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.byteLength - 4);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([
    png.subarray(0, headerEnd),
    length,
    content,
    checksum,
    png.subarray(headerEnd),
  ]);
}

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.byteLength + 2, 2);
  return Buffer.concat([head, content]);
}

/** TIFF, big-endian, with one entry: ImageDescription (270), as ASCII behind the directory. */
function exif(text: string): Buffer {
  const description = Buffer.from(`${text}\0`);
  const directory = Buffer.alloc(8 + 2 + 12 + 4);
  directory.write('MM\0*', 0, 'latin1');
  directory.writeUInt32BE(8, 4);
  directory.writeUInt16BE(1, 8);
  directory.writeUInt16BE(270, 10);
  directory.writeUInt16BE(2, 12);
  directory.writeUInt32BE(description.byteLength, 14);
  directory.writeUInt32BE(directory.byteLength, 18);
  return Buffer.concat([directory, description]);
}
