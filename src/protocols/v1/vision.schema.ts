import { z } from 'zod';
import { choiceQuery } from '../score.context.js';
import { modelRef } from './faq.schema.js';

const top = z.coerce.number().int().min(1).max(100);

export const classifyQuery = choiceQuery.extend({
  top: top.default(3).describe('How many classes to answer.'),
});

export const classifyJson = z
  .strictObject({
    image: z.string().describe('The image in base64 (RFC 4648) or as a data: URL.'),
    top: z.int().min(1).max(100).optional().describe('How many classes to answer; wins over ?top.'),
  })
  .meta({ id: 'ClassifyRequest' });

export const classifyResponse = z
  .object({
    model: modelRef,
    predictions: z.array(
      z.object({
        index: z.int().min(0).describe('Column of the classifier.'),
        wnid: z.string().describe('WordNet id.'),
        label: z.string().describe('Names of the class.'),
        probability: z.number().min(0).max(1),
      }),
    ),
  })
  .meta({ id: 'ClassifyResponse' });

export type ClassifyQuery = z.output<typeof classifyQuery>;
export type ClassifyResponse = z.output<typeof classifyResponse>;
