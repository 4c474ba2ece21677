import { z } from 'zod';

/**
 * Bodies of the model repository extension of the Open Inference Protocol, as Triton defines it
 * (docs/protocol/extension_model_repository.md of triton-inference-server/server). Members that it
 * does not name are passed over.
 */

export const indexRequest = z
  .object({
    ready: z.boolean().optional().describe('Only versions that answer.'),
  })
  .meta({ id: 'RepositoryIndexRequest' });

export const indexResponse = z
  .array(
    z.object({
      name: z.string(),
      version: z.string(),
      state: z.enum(['READY', 'LOADING', 'UNLOADING', 'UNAVAILABLE']),
      reason: z.string().describe('Why it is not available, or what is wrong with its folder.'),
    }),
  )
  .meta({ id: 'RepositoryIndexResponse' });

export const loadRequest = z
  .object({
    parameters: z
      .record(z.string(), z.unknown())
      .refine((parameters) => Object.keys(parameters).length === 0, {
        error: 'a model is loaded as its folder says: config and files cannot be overridden',
      })
      .optional()
      .describe('Must be empty: what a model is stands in its folder.'),
  })
  .meta({ id: 'RepositoryLoadRequest' });

export const unloadRequest = z
  .object({
    parameters: z
      .object({
        unload_dependents: z
          .boolean()
          .optional()
          .describe('Accepted; models do not depend on each other here.'),
      })
      .optional(),
  })
  .meta({ id: 'RepositoryUnloadRequest' });

export const emptyResponse = z.object({}).meta({ id: 'RepositoryResponse' });
