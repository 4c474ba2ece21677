import { z } from 'zod';

/** Images in one request; each is a row of its own for the model. */
export const MAX_IMAGES = 64;

const images = z
  .record(z.string(), z.string())
  .refine((named) => Object.keys(named).length > 0, 'expected at least one named image')
  .refine(
    (named) => Object.keys(named).length <= MAX_IMAGES,
    `expected at most ${MAX_IMAGES} named images`,
  );

export const scoreRequest = z
  .object({
    input: z.union([z.string(), images], {
      error: ({ input }) =>
        input === undefined
          ? 'expected a question or an object of named images in base64'
          : `expected a text or an object of named images, all in base64, at most ${MAX_IMAGES}`,
    }),
  })
  .meta({
    id: 'ScoreRequest',
    examples: [{ input: 'how do i get rid of one element of an array' }],
  });

const computedIn = z.string().describe('`Computed in X ms`');
const probability = z.number().min(0).max(1);

/** A text for the Keras form, else a pair of rows and time. */
export const scoreResponse = z
  .object({
    result: z.union([
      z
        .tuple([z.array(z.tuple([z.string(), z.string(), probability])), computedIn])
        .describe('Of a question: id, answer id and probability of every original, best first.'),
      z
        .tuple([z.record(z.string(), z.array(z.tuple([z.string(), probability]))), computedIn])
        .describe('Of named images: the three best classes of each.'),
      z.string().describe('Of images in a text: a Python literal with the same content.'),
    ]),
  })
  .meta({ id: 'ScoreResponse' });

export type ScoreRequest = z.output<typeof scoreRequest>;

/** Base64 by the name that the caller gave to the image. */
export type NamedImages = z.output<typeof images>;

/** The images of the Keras form, whose `input` is a text that holds the object as JSON. */
export function imagesInText(text: string): NamedImages | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return images.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
