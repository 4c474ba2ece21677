import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { squareJpeg } from '../../vision/sample.image.js';
import type { BenchRequest } from './load.js';

const QUESTION = 'how can i take one element out of the middle of my array';

const listing = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      version: z.int(),
      serving: z.boolean(),
      kind: z.string().optional(),
    }),
  ),
});

const golden = z.object({ cases: z.array(z.object({ image: z.string() })).min(1) });

/** The bench cannot be run as asked; the message says why. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}

/** A request that is sent over and over, with what it is called in tables. */
export interface BenchWork extends BenchRequest {
  readonly model: string;
  readonly input: string;
}

export interface WorkChoice {
  /** Where the golden photographs of vision models lie. */
  readonly modelsDir: string;
  /** Names; undefined: every model that serves. */
  readonly models: readonly string[] | undefined;
  /** Sides of the square photographs, pixels. */
  readonly sizes: readonly number[];
}

/**
 * Requests for the models that serve: a question of 12 words, or a photograph in each size.
 * @param models the answer of GET /v1/models
 * @throws BenchError naming a chosen model that does not serve
 */
export async function benchWork(models: unknown, choice: WorkChoice): Promise<BenchWork[]> {
  const serving = listing.parse(models).models.filter(({ serving }) => serving);
  const missing = choice.models?.find((name) => !serving.some((model) => model.name === name));
  if (missing !== undefined) throw new BenchError(`no model named ${missing} serves`);
  const chosen = serving.filter(({ name }) => choice.models?.includes(name) ?? true);
  const work = await Promise.all(
    chosen.map(({ name, version, kind }) => {
      if (kind === 'faq') return [question(name)];
      if (kind === 'vision') return photographs(name, version, choice);
      return [];
    }),
  );
  return work.flat();
}

function question(model: string): BenchWork {
  const body = Buffer.from(JSON.stringify({ question: QUESTION }));
  const path = `/v1/faq/match?model=${encodeURIComponent(model)}`;
  return { model, input: '12 words', path, type: 'application/json', body };
}

async function photographs(model: string, version: number, { modelsDir, sizes }: WorkChoice) {
  const folder = join(modelsDir, model, String(version));
  const { cases } = golden.parse(JSON.parse(await readFile(join(folder, 'golden.json'), 'utf8')));
  const photograph = await readFile(join(folder, cases[0]?.image ?? ''));
  const path = `/v1/vision/classify?model=${encodeURIComponent(model)}`;
  return Promise.all(
    sizes.map(async (side): Promise<BenchWork> => {
      const body = await squareJpeg(photograph, side);
      const input = `JPEG ${side} x ${side}`;
      return { model, input, path, type: 'image/jpeg', body };
    }),
  );
}
