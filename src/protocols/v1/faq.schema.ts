import { z } from 'zod';

/** Longest question in characters; the encoder reads the first 128 word pieces of it. */
export const MAX_QUESTION = 10_000;

export const matchRequest = z
  .strictObject({
    question: z
      .string()
      .min(1, 'expected a text with words')
      .max(MAX_QUESTION, `expected at most ${MAX_QUESTION} characters`)
      .describe('What the user asks, as plain text or HTML.'),
    top: z.int().min(1).max(100).default(3).describe('How many matches to answer.'),
  })
  .meta({
    id: 'FaqMatchRequest',
    examples: [{ question: 'how do i get rid of one element of an array', top: 3 }],
  });

export const modelRef = z
  .object({
    name: z.string(),
    version: z.int(),
    precision: z.enum(['fp32', 'fp16', 'int8']).optional().describe('Of the weights.'),
  })
  .describe('The model that answered.');

const probability = z.number().min(0).max(1);

export const matchResponse = z
  .object({
    model: modelRef,
    answered: z.boolean().describe('False when no original is similar enough to the question.'),
    similarity: z
      .number()
      .describe(
        'Of the question and the nearest original, -1 to 1; a cosine unless the model says otherwise.',
      ),
    matches: z.array(
      z.object({
        id: z.string(),
        answerId: z.string(),
        question: z.string(),
        answer: z.string(),
        probability,
      }),
    ),
  })
  .meta({ id: 'FaqMatchResponse' });

export type MatchRequest = z.output<typeof matchRequest>;
export type MatchResponse = z.output<typeof matchResponse>;
