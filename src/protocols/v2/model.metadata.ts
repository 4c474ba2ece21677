import type { Datatype, TensorSpec } from '../../engine/tensor.js';
import type { ModelTally, Tally } from '../../scoring/model.statistics.js';
import type { ServedModel } from '../../scoring/scorer.js';

const PLATFORM = 'onnxruntime_onnx';

/** Model metadata of the protocol. */
export function metadataOf(
  { identity, inputs, outputs }: ServedModel,
  versions: readonly number[],
) {
  const shown = ({ name, datatype, shape }: TensorSpec) => ({ name, datatype, shape: [...shape] });
  return {
    name: identity.name,
    versions: versions.map(String),
    platform: PLATFORM,
    inputs: inputs.map(shown),
    outputs: outputs.map(shown),
  };
}

/** Triton's ModelConfig as far as clients and load tools read it. */
export function configOf(model: ServedModel) {
  const { identity, inputs, outputs, maxRows, work } = model;
  const isBatched = [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
  const tensor = ({ name, datatype, shape }: TensorSpec) => ({
    name,
    data_type: configType(datatype),
    ...dimsOf(isBatched ? shape.slice(1) : shape),
  });
  return {
    name: identity.name,
    platform: PLATFORM,
    backend: 'onnxruntime',
    version_policy: { specific: { versions: [identity.version] } },
    max_batch_size: isBatched ? maxRows : 0,
    input: inputs.map(tensor),
    output: outputs.map(tensor),
    instance_group: [{ name: identity.name, kind: 'KIND_AUTO', count: work.instances }],
    ...(isBatched ? { dynamic_batching: {} } : {}),
  };
}

/** A configuration has no tensor without dimensions: it shows one of 1 that is taken off again. */
function dimsOf(shape: readonly number[]) {
  return shape.length === 0 ? { dims: [1], reshape: { shape: [] } } : { dims: [...shape] };
}

function configType(datatype: Datatype): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
}

/** Triton's statistics; answers are written after the runs, so that no time is left to tell. */
export function statisticsOf({ identity, work }: ServedModel, tally: ModelTally) {
  const { success, fail, queue, decode, infer } = tally;
  const inferenceStats = {
    success: duration(success),
    fail: duration(fail),
    queue: duration(queue),
    compute_input: duration(decode),
    compute_infer: duration(infer),
    compute_output: duration({ count: success.count, ms: 0 }),
    cache_hit: duration({ count: 0, ms: 0 }),
    cache_miss: duration({ count: 0, ms: 0 }),
  };
  return {
    name: identity.name,
    version: String(identity.version),
    last_inference: tally.lastAt,
    inference_count: tally.rows,
    execution_count: work.runs,
    inference_stats: inferenceStats,
    batch_stats: [],
  };
}

function duration({ count, ms }: Tally) {
  return { count, ns: Math.round(ms * 1e6) };
}
