import { z } from 'zod';

/**
 * `models/<name>/<version>/model.json`: what a version is made of and how to feed it.
 * Unknown members are refused, so that a misspelt setting is seen and not silently ignored.
 */

const fileName = z
  .string()
  .regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, 'expected a relative path of plain names')
  .refine((path) => !path.split('/').includes('..'), 'must stay inside the model folder');

const file = z.strictObject({
  path: fileName,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
  bytes: z.int().positive(),
});

const measurement = z.strictObject({
  metric: z.string().min(1),
  value: z.number(),
  /** Which data, how many samples, which split. */
  dataset: z.string().min(1),
  note: z.string().optional(),
});

const precision = z.enum(['fp32', 'fp16', 'int8']);

export type Precision = z.infer<typeof precision>;

/** Other graphs with the same inputs and outputs; they serve where MODEL_PRECISIONS asks for them. */
const variant = z.strictObject({
  precision,
  graphs: z.array(fileName).min(1),
  /** Measured on these graphs. */
  accuracy: z.array(measurement).default([]),
  /** What golden answers may differ by, in place of golden.json's own tolerance. */
  tolerance: z.number().positive(),
});

const common = {
  /** One line for people: architecture and training data. */
  title: z.string().min(1),
  framework: z.string().optional(),
  precision: precision.default('fp32'),
  licence: z.strictObject({ spdx: z.string().min(1), file: fileName.optional() }),
  /** Where the weights come from: package, URL or training data. */
  source: z.string().min(1),
  accuracy: z.array(measurement).default([]),
  files: z.array(file).min(1),
  /** ONNX files run one after the other in one instance; a later graph finds earlier outputs by name. */
  graphs: z.array(fileName).min(1),
  variants: z.array(variant).optional(),
  limits: z
    .strictObject({
      /** Rows that one run may hold. 1 where rows would influence each other (dynamic int8). */
      maxBatchRows: z.int().min(1).max(1024).default(1),
      /** Milliseconds that rows may wait for others although an instance is free; for GPUs only. */
      maxWaitMs: z.number().min(0).max(100).default(0),
    })
    .prefault({}),
};

const visionManifest = z.strictObject({
  ...common,
  kind: z.literal('vision'),
  input: z.strictObject({
    name: z.string(),
    layout: z.enum(['NCHW', 'NHWC']),
    /** UINT8: the graph normalises inside, pixels travel as bytes. */
    datatype: z.enum(['UINT8', 'FP32']).default('FP32'),
    channels: z.enum(['RGB', 'BGR']).default('RGB'),
  }),
  /** [N, classes]; `logits` get a softmax here, `probabilities` are taken as they are. */
  output: z.strictObject({ name: z.string(), activation: z.enum(['logits', 'probabilities']) }),
  preprocessing: z.strictObject({
    resize: z.strictObject({
      /** `shortest-side` keeps the aspect and sets the short side; `stretch` sets both sides to `size`. */
      mode: z.enum(['shortest-side', 'stretch']),
      size: z.int().min(1).max(4096),
      filter: z.enum(['nearest', 'bilinear', 'bicubic', 'lanczos3']),
    }),
    /** Side of the centred square that is cut out; equals the graph's input side. */
    crop: z.int().min(1).max(4096),
    /** value = (pixel * scale - mean) / std, by channel in the order of `channels`; ignored for UINT8. */
    scale: z.number().default(1),
    mean: z.array(z.number()).length(3).default([0, 0, 0]),
    std: z.array(z.number().positive()).length(3).default([1, 1, 1]),
  }),
  /** Tab-separated, one class a line in index order: WordNet id, names. */
  labels: fileName,
});

const faq = {
  ...common,
  kind: z.literal('faq'),
  /** Tab-separated with a header: Id, AnswerId, Text0, Answer; row i is column i of the graphs' outputs. */
  originals: fileName,
  /** Below this similarity of the best original nothing in the list matches (`answered: false`). */
  threshold: z.number().min(-1).max(1),
};

/** A question's vector against one vector an original; similarity is the cosine of the nearest. */
const embeddingManifest = z.strictObject({
  ...faq,
  scorer: z.literal('embedding').default('embedding'),
  /** Hugging Face `tokenizer.json` (WordPiece). */
  tokenizer: fileName,
  maxTokens: z.int().min(8).max(512).default(128),
  /** Little-endian float32 [originals, dimensions], rows of length 1, in the order of the originals. */
  centroids: fileName,
  dimensions: z.int().positive(),
  /** With `graph`, `probability` is the graph's output [N, originals]; else softmax(cosine * scale). */
  probability: z.discriminatedUnion('from', [
    z.strictObject({ from: z.literal('graph'), output: z.string() }),
    z.strictObject({ from: z.literal('centroids'), scale: z.number().positive() }),
  ]),
  /** Output [N, dimensions] of the encoder graph: mean-pooled, length 1. */
  embedding: z.string(),
});

/** Each pair of the question and an original judged on its own; the graphs hold the originals. */
const pairsManifest = z.strictObject({
  ...faq,
  scorer: z.literal('pairs'),
  /** Input BYTES [N] of the graphs: the cleaned question in lower case. */
  question: z.string(),
  /** Output FP32 [N, originals]: the chance that a pair means the same. Rows need not sum to 1. */
  probability: z.string(),
  /** Output FP32 [N, originals] whose highest is the question's similarity; may be `probability`. */
  similarity: z.string(),
});

const tensorManifest = z.strictObject({
  ...common,
  kind: z.literal('tensor'),
  /** Outputs that callers get, in this order; unset: all of the only graph. */
  outputs: z.array(z.string()).min(1).optional(),
  /** Class names, one a line in index order, for answers that ask for a classification. */
  labels: fileName.optional(),
});

export const modelManifest = z.discriminatedUnion('kind', [
  visionManifest,
  z.discriminatedUnion('scorer', [embeddingManifest, pairsManifest]),
  tensorManifest,
]);

export type ModelManifest = z.infer<typeof modelManifest>;
export type VisionManifest = z.infer<typeof visionManifest>;
export type EmbeddingManifest = z.infer<typeof embeddingManifest>;
export type PairsManifest = z.infer<typeof pairsManifest>;
export type FaqManifest = EmbeddingManifest | PairsManifest;
export type TensorManifest = z.infer<typeof tensorManifest>;
