import { z } from 'zod';

export const serverMetadata = z
  .object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })
  .meta({ id: 'ServerMetadata' });

export const liveServer = z.object({ live: z.boolean() }).meta({ id: 'ServerLive' });
export const readyServer = z.object({ ready: z.boolean() }).meta({ id: 'ServerReady' });
export const readyModel = z
  .object({ name: z.string(), ready: z.boolean() })
  .meta({ id: 'ModelReady' });

const tensor = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.int()).describe('-1: any size; as the first: rows.'),
});

export const modelMetadata = z
  .object({
    name: z.string(),
    versions: z.array(z.string()).describe('Those that may be asked for.'),
    platform: z.string(),
    inputs: z.array(tensor),
    outputs: z.array(tensor),
  })
  .meta({ id: 'ModelMetadata' });

const configTensor = z.object({
  name: z.string(),
  data_type: z.string(),
  dims: z.array(z.int()),
  reshape: z.object({ shape: z.array(z.int()) }).optional(),
});

export const modelConfig = z
  .object({
    name: z.string(),
    platform: z.string(),
    backend: z.string(),
    version_policy: z.object({ specific: z.object({ versions: z.array(z.int()) }) }),
    max_batch_size: z.int(),
    input: z.array(configTensor),
    output: z.array(configTensor),
    instance_group: z.array(z.object({ name: z.string(), kind: z.string(), count: z.int() })),
    dynamic_batching: z.object({}).optional(),
  })
  .meta({ id: 'ModelConfig' });

const duration = z.object({ count: z.int(), ns: z.int() });

export const modelStatistics = z
  .object({
    model_stats: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        last_inference: z.int().describe('Milliseconds since the epoch; 0: none yet.'),
        inference_count: z.int().describe('Rows that were answered.'),
        execution_count: z.int().describe('Runs of the model; rows may share one.'),
        inference_stats: z.record(z.string(), duration),
        batch_stats: z.array(z.object({})).describe('Not counted.'),
      }),
    ),
  })
  .meta({ id: 'ModelStatistics' });
