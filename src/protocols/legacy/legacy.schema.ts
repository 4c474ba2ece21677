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
