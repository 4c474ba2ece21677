import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { modelManifest } from './model.manifest.js';
import { isAllowedUrl } from './model.transfer.js';

/**
 * Models that `nestor models pull` fetches: which bytes, from where, and the model.json that
 * goes with them. A file of the same schema can replace the built-in entries.
 */

/** The catalogue cannot be read or has no such entry; the message says what to change. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

/** The files are the pinned ones, yet the model does not score as its entry says. */
export class ImplausibleModelError extends Error {
  override readonly name = 'ImplausibleModelError';
}

const relativePath = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'expected a relative path of plain names');

const url = z
  .url()
  .refine((text) => isAllowedUrl(new URL(text)), 'expected https (http only on this machine)');

const entrySchema = z
  .strictObject({
    version: z.int().positive().default(1),
    downloads: z
      .array(
        z.strictObject({
          path: relativePath,
          /** The same bytes from each; tried in this order. */
          urls: z.array(url).min(1),
          bytes: z.int().positive(),
          sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
        }),
      )
      .min(1),
    /** Files that are here already; `from` starts at the catalogue's folder. */
    copies: z.array(z.strictObject({ path: relativePath, from: z.string().min(1) })).default([]),
    /** model.json but for `files`, which come from what was downloaded and copied. */
    manifest: z.looseObject({ kind: z.literal('vision') }),
    /** Photographs, and label ids of which one must be among the five most probable. */
    photographs: z
      .array(z.strictObject({ image: relativePath, anyOf: z.array(z.string().min(1)).min(1) }))
      .min(1),
  })
  .superRefine((entry, context) => {
    const paths = [...entry.downloads, ...entry.copies].map(({ path }) => path);
    const missing = entry.photographs.find(({ image }) => !paths.includes(image));
    if (missing !== undefined) {
      context.addIssue(`${missing.image} is neither downloaded nor copied`);
    }
    // Sizes and checksums of copies are known only later; their form is what counts here.
    const files = paths.map((path) => ({ path, sha256: '0'.repeat(64), bytes: 1 }));
    const manifest = modelManifest.safeParse({ ...entry.manifest, files });
    if (!manifest.success) context.addIssue(`manifest: ${z.prettifyError(manifest.error)}`);
  });

const catalogueSchema = z.record(
  z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/, 'expected a plain name'),
  entrySchema,
);

export type CatalogueEntry = z.output<typeof entrySchema>;

export interface Catalogue {
  readonly entries: Readonly<Record<string, CatalogueEntry>>;
  /** Absolute; where the paths of copies start. */
  readonly folder: string;
}

/**
 * Reads a catalogue file, or without one gives the built-in catalogue.
 * @throws CatalogueError naming what is wrong
 */
export async function readCatalogue(file?: string): Promise<Catalogue> {
  if (file === undefined) return { entries: check(BUILT_IN, 'the catalogue'), folder: PACKAGE };
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CatalogueError(`the catalogue ${file} cannot be read (${error.code})`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CatalogueError(`the catalogue ${file} is not JSON`);
  }
  return { entries: check(json, `the catalogue ${file}`), folder: dirname(file) };
}

function check(content: unknown, name: string): Catalogue['entries'] {
  const parsed = catalogueSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new CatalogueError(`${name} is not usable:\n${z.prettifyError(parsed.error)}`);
}

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** Names, sizes, licence and accuracy of the entries are facts of their publishers, see each. */
const BUILT_IN: z.input<typeof catalogueSchema> = {
  /*
   * ResNet-152 v1 of the ONNX Model Zoo, repository onnx/models on GitHub.
   * Size and SHA-256: the Git LFS pointer at commit 4c46cd00, and the same two values with the
   * names and shapes of the tensors in ONNX_HUB_MANIFEST.json at commit 06189933. Preprocessing,
   * accuracy and licence: validated/vision/classification/resnet/README.md.
   */
  resnet152: {
    downloads: [
      {
        path: 'model.onnx',
        bytes: 241_816_206,
        sha256: 'b0ec92437bf8c9d0739bf9bafdea9638e13f9e3c1e2fb766ad546cc182fd3f6d',
        urls: [
          'https://media.githubusercontent.com/media/onnx/models/4c46cd00fbdb7cd30b6c1c17ab54f2e1f4f7b177/validated/vision/classification/resnet/model/resnet152-v1-7.onnx',
          // Where the zoo moved to; that its bytes are the same is for the checksum to say.
          'https://huggingface.co/onnxmodelzoo/resnet152-v1-7/resolve/main/resnet152-v1-7.onnx',
        ],
      },
    ],
    copies: [
      { path: 'labels.tsv', from: 'models/vision/1/labels.tsv' },
      { path: 'golden/cat.jpg', from: 'models/vision/1/golden/cat.jpg' },
      { path: 'golden/coffee.jpg', from: 'models/vision/1/golden/coffee.jpg' },
      { path: 'golden/tripod.jpg', from: 'models/vision/1/golden/tripod.jpg' },
    ],
    manifest: {
      kind: 'vision',
      title: 'ResNet-152 v1, ImageNet-1K',
      framework: 'mxnet',
      licence: { spdx: 'Apache-2.0' },
      source: 'ONNX Model Zoo (github.com/onnx/models), resnet152-v1-7.onnx, converted from MXNet',
      accuracy: [
        {
          metric: 'top-1 accuracy (published)',
          value: 0.7711,
          dataset: 'ImageNet-1K validation',
          note: 'Stated by the ONNX Model Zoo, one centre crop; not measured again here.',
        },
        {
          metric: 'top-5 accuracy (published)',
          value: 0.9361,
          dataset: 'ImageNet-1K validation',
          note: 'Stated by the ONNX Model Zoo, one centre crop; not measured again here.',
        },
      ],
      graphs: ['model.onnx'],
      limits: { maxBatchRows: 4 },
      input: { name: 'data', layout: 'NCHW', datatype: 'FP32', channels: 'RGB' },
      output: { name: 'resnetv19_dense0_fwd', activation: 'logits' },
      preprocessing: {
        resize: { mode: 'shortest-side', size: 256, filter: 'bilinear' },
        crop: 224,
        scale: 1 / 255,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
      },
      labels: 'labels.tsv',
    },
    photographs: [
      // Tabby, tiger cat, Egyptian cat: classes 281, 282 and 285.
      { image: 'golden/cat.jpg', anyOf: ['n02123045', 'n02123159', 'n02124075'] },
      // Espresso: class 967.
      { image: 'golden/coffee.jpg', anyOf: ['n07920052'] },
      // Tripod: class 872.
      { image: 'golden/tripod.jpg', anyOf: ['n04485082'] },
    ],
  },
};
