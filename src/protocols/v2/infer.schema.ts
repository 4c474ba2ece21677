import { z } from 'zod';

const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'BF16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

/** Element types of the wire; BF16 comes in binary only and becomes FP32. */
export type WireDatatype = (typeof DATATYPES)[number];

const size = z.int().min(0);
const shape = z.array(size).max(16);

const inputParameters = z.looseObject({
  binary_data_size: size.optional().describe('Bytes of this tensor after the JSON.'),
  content_type: z
    .string()
    .optional()
    .describe('`base64`: the elements of BYTES are base64 of what is meant.'),
});

const outputParameters = z.looseObject({
  binary_data: z.boolean().optional().describe('Answer this output as bytes after the JSON.'),
  classification: z
    .int()
    .min(1)
    .optional()
    .describe('Answer the k largest values as BYTES `value:index:label`.'),
});

const requestParameters = z.looseObject({
  binary_data_output: z.boolean().optional().describe('Answer all outputs as bytes.'),
  timeout: z.int().min(0).optional().describe('Microseconds that you will wait.'),
  priority: z.int().min(0).optional().describe('Taken and without effect.'),
  content_type: z.string().optional().describe('For every input without one of its own.'),
});

const inferInput = z.object({
  name: z.string(),
  shape,
  datatype: z.enum(DATATYPES),
  parameters: inputParameters.nullish(),
  data: z.unknown().optional().describe('Flat or nested as the shape; left out for binary data.'),
});

/** The JSON of an inference request; members that it does not know are passed over. */
export const inferRequest = z
  .object({
    id: z.string().max(1024).nullish().describe('Comes back in the answer.'),
    parameters: requestParameters.nullish(),
    inputs: z.array(inferInput).min(1).max(256),
    outputs: z
      .array(z.object({ name: z.string(), parameters: outputParameters.nullish() }))
      .max(256)
      .nullish()
      .describe('Which outputs, in which order; left out: all.'),
  })
  .meta({ id: 'InferRequest' });

export const inferResponse = z
  .object({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional(),
    outputs: z.array(
      z.object({
        name: z.string(),
        datatype: z.string(),
        shape,
        parameters: z.object({ binary_data_size: size }).optional(),
        data: z.array(z.union([z.number(), z.string(), z.boolean()])).optional(),
      }),
    ),
  })
  .meta({ id: 'InferResponse' });

export type InferRequestJson = z.output<typeof inferRequest>;
export type InferInputJson = z.output<typeof inferInput>;
