import { Busboy } from '@fastify/busboy';
import type { FastifyRequest } from 'fastify';
import { mediaTypeOf } from '../../http/body.guard.js';
import { RequestError } from '../../http/request.errors.js';
import { check } from '../../http/schema.pipe.js';
import { decodeBase64 } from '../../http/base64.js';
import { classifyJson } from './vision.schema.js';

export const FORM_TYPE = 'multipart/form-data';

/** Media types of an image that is the body itself. */
export const IMAGE_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/tiff',
  'application/octet-stream',
] as const;

export interface ImageBody {
  readonly image: Uint8Array;
  readonly top?: number | undefined;
}

/**
 * The image of a classify request, in any of its three forms.
 * @throws RequestError
 */
export async function imageOf({ body, headers, context }: FastifyRequest): Promise<ImageBody> {
  if (!Buffer.isBuffer(body)) {
    const { image, top } = check(classifyJson, body);
    return { image: decodeBase64(image, '/image', context.lifted), top };
  }
  const contentType = headers['content-type'] ?? '';
  const isForm = mediaTypeOf(contentType) === FORM_TYPE;
  return { image: isForm ? await imagePart(body, contentType) : body };
}

/** The file in the field `image` of a form (RFC 7578). */
async function imagePart(body: Buffer, contentType: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let found = false;
  await new Promise<void>((resolve, reject) => {
    const form = new Busboy({
      headers: { 'content-type': contentType },
      limits: { fields: 16, files: 4, parts: 16, headerPairs: 32 },
    });
    form.on('file', (field, file) => {
      // The first file of that name counts; the others are skipped.
      if (field !== 'image' || found) return file.resume();
      found = true;
      return file.on('data', (chunk: Buffer) => chunks.push(chunk));
    });
    form.on('finish', resolve);
    form.on('error', reject);
    form.end(body);
  }).catch(() => {
    throw new RequestError('invalid-body', 'The form is malformed (RFC 7578) or ends too early.');
  });
  if (!found) {
    const message = 'expected a file in the form field image';
    throw new RequestError('invalid-body', `The form has no image: ${message}.`, [
      { pointer: '/image', message },
    ]);
  }
  return Buffer.concat(chunks);
}
