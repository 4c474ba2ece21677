import type { Signature } from '../engine/runtime.protocol.js';
import type { TensorSpec } from '../engine/tensor.js';
import type { TensorManifest } from '../registry/model.manifest.js';

/** What callers meet of a graph. */
export interface TensorGraph {
  readonly inputs: readonly TensorSpec[];
  /** In the order of model.json. */
  readonly outputs: readonly TensorSpec[];
  /** The first dimension of every input and output is free and counts rows. */
  readonly isBatched: boolean;
  /** Rows that a request may hold. */
  readonly maxRows: number;
}

/** @throws Error when graph, manifest and labels do not fit each other */
export function graphOf(
  signature: Signature,
  manifest: Pick<TensorManifest, 'graphs' | 'outputs' | 'limits'>,
  labels?: readonly string[],
): TensorGraph {
  const { inputs } = signature;
  const outputs = servedOutputs(signature, manifest);
  if (labels !== undefined) requireClasses(outputs, labels.length);
  const fixed = [...inputs, ...signature.outputs].find(({ shape }) => shape[0] !== -1);
  const { maxBatchRows } = manifest.limits;
  if (fixed === undefined) return { inputs, outputs, isBatched: true, maxRows: maxBatchRows };
  if (maxBatchRows > 1) {
    throw new Error(
      `limits.maxBatchRows is ${maxBatchRows}, but '${fixed.name}' [${fixed.shape.join(', ')}] ` +
        'has no free first dimension to stack rows in: leave it out',
    );
  }
  const sides = inputs.map(({ shape }) => shape[0] ?? 1);
  return { inputs, outputs, isBatched: false, maxRows: Math.max(1, ...sides) };
}

function servedOutputs(
  signature: Signature,
  { graphs, outputs }: Pick<TensorManifest, 'graphs' | 'outputs'>,
): readonly TensorSpec[] {
  if (outputs === undefined) {
    if (graphs.length === 1) return signature.outputs;
    throw new Error('model.json lists several graphs: it must say which outputs callers get');
  }
  return outputs.map((name) => {
    const found = signature.outputs.find((output) => output.name === name);
    if (found !== undefined) return found;
    const has = signature.outputs.map((output) => output.name).join(', ');
    throw new Error(`the graph has no output '${name}'; it has: ${has}`);
  });
}

function requireClasses(outputs: readonly TensorSpec[], labels: number): void {
  const isWide = ({ shape }: TensorSpec) => [labels, -1].includes(shape.at(-1) ?? 1);
  if (outputs.some(isWide)) return;
  throw new Error(`the labels file has ${labels} classes, no output has so many columns`);
}
