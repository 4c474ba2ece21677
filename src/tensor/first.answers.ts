import { EngineError } from '../engine/engine.errors.js';
import type { Tensors } from '../engine/tensor.js';
import { inventInputs, inventions } from './invented.inputs.js';
import { toJson } from './json.tensor.js';
import type { TensorScorer } from './tensor.scorer.js';

const CASES = 3;
/** Processors and releases of the runtime differ by less. */
const TOLERANCE = 1e-3;
const NOTE =
  'Made-up inputs with the answers of this model where it was added: they show that nothing has ' +
  'changed since, not that the model is right.';

/** No made-up input could be scored; the message is the runtime's reason. */
export class InventedInputsError extends Error {
  override readonly name = 'InventedInputsError';
}

/**
 * Content of golden.json for a graph that comes without reference answers: its own first ones.
 * @throws InventedInputsError where it takes nothing that was made up
 */
export async function firstAnswers(scorer: TensorScorer) {
  let reason = '';
  for (const invention of inventions(scorer)) {
    try {
      const cases = [];
      for (let seed = 1; seed <= CASES; seed += 1) {
        const inputs = inventInputs(scorer, invention, seed);
        const call = { signal: new AbortController().signal, timings: {} };
        cases.push({ inputs: asJson(inputs), outputs: asJson(await scorer.infer(inputs, call)) });
      }
      return { note: NOTE, tolerance: TOLERANCE, cases };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      reason = error.message;
    }
  }
  throw new InventedInputsError(reason);
}

function asJson(tensors: Tensors) {
  const entries = Object.entries(tensors);
  return Object.fromEntries(entries.map(([name, tensor]) => [name, toJson(tensor)]));
}
