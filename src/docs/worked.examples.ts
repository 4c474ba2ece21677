import { readFileSync } from 'node:fs';

export interface WorkedExample {
  readonly summary: string;
  readonly value: unknown;
}

/** A man behind a tripod, 200 × 200 pixels: test/fixtures/photos/camera.png scaled down (CC0). */
const photo = readFileSync(new URL('tripod.jpg', import.meta.url)).toString('base64');
const question = 'how do i get rid of one element of an array';

const QUESTION = { summary: 'A question', value: { input: question } };
const IMAGES = { summary: 'A photo, named', value: { input: { tripod: photo } } };
const KERAS = {
  summary: 'A photo as the Keras client sends it',
  value: { input: JSON.stringify({ tripod: photo }) },
};

/** By the model that they are for. */
const TENSORS = {
  faq: {
    summary: 'Questions for the model faq',
    value: {
      inputs: [{ name: 'question', shape: [1], datatype: 'BYTES', data: [question] }],
      outputs: [{ name: 'answered' }, { name: 'similarity' }, { name: 'id' }],
    },
  },
  vision: {
    summary: 'Images in base64 for the model vision',
    value: {
      inputs: [{ name: 'image', shape: [1], datatype: 'BYTES', data: [photo] }],
      outputs: [{ name: 'logits', parameters: { classification: 3 } }],
    },
  },
};

/** JSON bodies that answer 200 as they stand, by operation; the first is shown first. */
export const WORKED_EXAMPLES: Readonly<Record<string, Readonly<Record<string, WorkedExample>>>> = {
  postV1FaqMatch: {
    question: { summary: 'A question of the list in other words', value: { question, top: 3 } },
    noMatch: {
      summary: 'A question that nothing in the list matches',
      value: { question: 'how long should i boil an egg', top: 3 },
    },
  },
  postV1VisionClassify: {
    photo: { summary: 'A small photo in base64', value: { image: photo, top: 3 } },
  },
  postV2ModelsModelInfer: TENSORS,
  postV2ModelsModelVersionsVersionInfer: TENSORS,
  postScore: { question: QUESTION, images: IMAGES, keras: KERAS },
  postV2RepositoryIndex: {
    all: { summary: 'Every version', value: {} },
    ready: { summary: 'Those that answer', value: { ready: true } },
  },
  postV2RepositoryModelsModelLoad: { plain: { summary: 'As its folder says', value: {} } },
  postV2RepositoryModelsModelUnload: {
    plain: { summary: 'No parameters', value: {} },
    triton: {
      summary: 'As Triton clients send it',
      value: { parameters: { unload_dependents: false } },
    },
  },
  postFaqScore: { question: QUESTION },
  postVisionScore: { images: IMAGES, keras: KERAS },
};
