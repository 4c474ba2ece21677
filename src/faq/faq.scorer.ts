import { z } from 'zod';
import type { EngineModel } from '../engine/engine.model.js';
import type { Tensor, Tensors, TensorSpec } from '../engine/tensor.js';
import { parseGolden } from '../registry/model.folder.js';
import { GoldenError, type ModelFolder } from '../registry/model.kind.js';
import type { FaqManifest } from '../registry/model.manifest.js';
import { MAX_ROWS, mapRows } from '../scoring/row.runs.js';
import { tallyRun } from '../scoring/run.tally.js';
import type { InferInputs, ScoreCall, Scenarios, Scorer, ServedModel } from '../scoring/scorer.js';
import { ScoringError } from '../scoring/scoring.errors.js';
import { topK } from '../scoring/top-k.js';
import type { Original } from './faq.index.js';
import type { QuestionMatcher } from './question.matcher.js';
import { cleanText } from './text.cleaner.js';

const goldenSchema = z.object({
  tolerance: z.number().positive(),
  cases: z
    .array(
      z.object({
        question: z.string(),
        answered: z.boolean(),
        similarity: z.number(),
        expect: z.array(z.object({ id: z.string(), probability: z.number() })).min(1),
      }),
    )
    .min(1),
});

/** Longest question of a tensor, in characters. */
const MAX_QUESTION = 10_000;

type Match = Scenarios['faq']['result'];

/** Ranks a list of frequently asked questions for a question, by what its matcher finds. */
export class FaqScorer implements Scorer<'faq'>, ServedModel {
  readonly kind = 'faq';
  readonly identity;
  readonly inputs = [{ name: 'question', datatype: 'BYTES', shape: [-1] }] as const;
  readonly outputs: readonly TensorSpec[];
  readonly maxRows = MAX_ROWS;
  example: InferInputs | undefined;

  constructor(
    private readonly folder: ModelFolder<FaqManifest>,
    private readonly engine: EngineModel,
    private readonly originals: readonly Original[],
    private readonly matcher: QuestionMatcher,
  ) {
    this.identity = folder.identity;
    this.outputs = outputsOf(originals.length);
  }

  get healthy(): boolean {
    return this.engine.healthy;
  }

  get work() {
    return this.engine.work;
  }

  async score(
    { question, top }: Scenarios['faq']['input'],
    call: ScoreCall,
  ): Promise<Scenarios['faq']['result']> {
    const { timings } = call;
    const started = performance.now();
    const tensors = this.#encode(question);
    timings.decode = (timings.decode ?? 0) + performance.now() - started;
    const run = await this.engine.run(tensors, call);
    tallyRun(timings, run, 1);
    const { probabilities, similarity } = this.matcher.read(run.outputs);
    return {
      answered: similarity >= this.folder.manifest.threshold,
      similarity,
      matches: topK(probabilities, top ?? this.originals.length).flatMap((row) => {
        const original = this.originals[row];
        return original === undefined ? [] : { ...original, probability: probabilities[row] ?? 0 };
      }),
    };
  }

  /**
   * `question` BYTES [N] gives the columns of each question's ranking, best first: `probability`
   * FP32 and `id` BYTES [N, originals]; and `similarity` FP32 and `answered` BOOL [N] of the question
   * as a whole.
   */
  async infer({ question }: InferInputs, call: ScoreCall): Promise<Tensors> {
    const questions =
      question !== undefined && 'data' in question ? (question.data as string[]) : [];
    const matches = await mapRows(questions, async (text) => {
      if (text.length > MAX_QUESTION) throw tooLong();
      return this.score({ question: text }, call);
    });
    return tensorsOf(matches, this.originals.length);
  }

  async verify(golden: unknown): Promise<void> {
    const { tolerance, cases } = parseGolden(goldenSchema, golden);
    const questions = cases.slice(0, 1).map((one) => one.question);
    this.example = { question: { datatype: 'BYTES', shape: [1], data: questions } };
    for (const [index, { question, answered, similarity, expect }] of cases.entries()) {
      const call = { signal: new AbortController().signal, timings: {} };
      const result = await this.score({ question }, call);
      const differ = (what: string, expected: unknown, got: unknown) =>
        new GoldenError(`${index + 1}`, `${what} ${String(expected)}`, String(got));
      if (result.answered !== answered) throw differ('answered', answered, result.answered);
      if (Math.abs(result.similarity - similarity) > tolerance) {
        throw differ('similarity', similarity, result.similarity);
      }
      for (const { id, probability } of expect) {
        const got = result.matches.find((match) => match.id === id)?.probability ?? NaN;
        if (!(Math.abs(got - probability) <= tolerance)) throw differ(`id ${id}`, probability, got);
      }
    }
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  #encode(question: string): Tensors {
    const text = cleanText(question);
    if (text === '') {
      throw new ScoringError('bad-text', 'The question is empty: expected a text with words.');
    }
    return this.matcher.tensors(text);
  }
}

function tooLong(): ScoringError {
  const limit = `at most ${MAX_QUESTION} characters are accepted`;
  return new ScoringError('bad-text', `The question is too long: ${limit}.`);
}

function outputsOf(originals: number): TensorSpec[] {
  return [
    { name: 'probability', datatype: 'FP32', shape: [-1, originals] },
    { name: 'id', datatype: 'BYTES', shape: [-1, originals] },
    { name: 'similarity', datatype: 'FP32', shape: [-1] },
    { name: 'answered', datatype: 'BOOL', shape: [-1] },
  ];
}

function tensorsOf(results: readonly Match[], originals: number): Tensors {
  const rows = results.length;
  const matches = results.flatMap((result) => result.matches);
  const tensor = (
    datatype: Tensor['datatype'],
    data: Tensor['data'],
    ...rest: number[]
  ): Tensor => {
    return { datatype, shape: [rows, ...rest], data };
  };
  const probabilities = Float32Array.from(matches, ({ probability }) => probability);
  const similarities = Float32Array.from(results, ({ similarity }) => similarity);
  const answered = Uint8Array.from(results, (result) => (result.answered ? 1 : 0));
  return {
    probability: tensor('FP32', probabilities, originals),
    id: tensor(
      'BYTES',
      matches.map(({ id }) => id),
      originals,
    ),
    similarity: tensor('FP32', similarities),
    answered: tensor('BOOL', answered),
  };
}
