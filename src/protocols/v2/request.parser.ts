import { isUtf8 } from 'node:buffer';
import { parse as parseLossless } from 'lossless-json';
import { parseJson } from '../../http/body.reader.js';
import { RequestError } from '../../http/request.errors.js';
import { check } from '../../http/schema.pipe.js';
import type { InferRequest, ModelFace, WantedOutput } from './infer.request.js';
import { type InferRequestJson, inferRequest } from './infer.schema.js';
import { hasRoundedIntegers } from './json.codec.js';
import { readInputs, readRawInput } from './input.reader.js';
import { invalidAt, notFinite } from './tensor.faults.js';

/** A body as it came and how many bytes of it are JSON; undefined: all. */
export interface InferBody {
  readonly bytes: Buffer;
  readonly jsonBytes: number | undefined;
}

/**
 * Reads an inference request for a model.
 * @throws RequestError naming the place, what came and what was expected
 */
export function parseInferRequest({ bytes, jsonBytes }: InferBody, face: ModelFace): InferRequest {
  if (jsonBytes === 0) return { inputs: readRawInput(bytes, face), outputs: wantAll(face, false) };
  if (jsonBytes !== undefined && jsonBytes > bytes.byteLength) {
    const length = `the body has ${bytes.byteLength} bytes`;
    const text = `Inference-Header-Content-Length is ${jsonBytes}, but ${length}.`;
    throw new RequestError('invalid-body', text);
  }
  const request = parseHeader(bytes.subarray(0, jsonBytes));
  const { id, parameters } = request;
  refuseSequences(parameters ?? {});
  const binary = jsonBytes === undefined ? undefined : bytes.subarray(jsonBytes);
  return {
    id: id ?? undefined,
    inputs: readInputs(request, binary, face),
    outputs: wantedOutputs(request, face),
    timeoutMs: parameters?.timeout ? parameters.timeout / 1000 : undefined,
  };
}

function parseHeader(json: Buffer): InferRequestJson {
  const request = check(inferRequest, parseOrExplain(json));
  const isRounded = request.inputs.some(
    ({ datatype, data, shape }) =>
      /^U?INT64$/.test(datatype) && hasRoundedIntegers(data, Math.max(1, shape.length)),
  );
  return isRounded ? check(inferRequest, parseExact(json)) : request;
}

function parseOrExplain(json: Buffer): unknown {
  try {
    return parseJson(json);
  } catch (error) {
    if (isUtf8(json) && /[[,:]\s*[-+]?(NaN|Inf(inity)?)\b/i.test(json.toString())) {
      throw notFinite('JSON has no NaN and no infinities: send such tensors as binary data.');
    }
    throw error;
  }
}

/** Slow: for requests that hold integers beyond 2^53. */
function parseExact(json: Buffer): unknown {
  const number = (text: string) => {
    const value = Number(text);
    return Number.isSafeInteger(value) || !/^-?\d{1,20}$/.test(text) ? value : BigInt(text);
  };
  try {
    return parseLossless(json.toString('utf8').replace(/^\ufeff/, ''), undefined, number);
  } catch {
    // It knows less nesting than JSON.parse, and no names that come twice.
    throw new RequestError('malformed-json', 'The body is not JSON.');
  }
}

/** A model here keeps nothing between requests: to pass a sequence over would answer it wrong. */
function refuseSequences(parameters: Readonly<Record<string, unknown>>): void {
  const name = Object.keys(parameters).find((key) => key.startsWith('sequence_'));
  const value = name === undefined ? undefined : parameters[name];
  if (name === undefined || !value) return;
  throw invalidAt(['parameters', name], 'expected none: models here have no sequences');
}

function wantAll({ outputs }: ModelFace, binary: boolean): WantedOutput[] {
  return outputs.map(({ name }) => ({ name, binary }));
}

function wantedOutputs({ outputs, parameters }: InferRequestJson, face: ModelFace): WantedOutput[] {
  const byDefault = parameters?.binary_data_output ?? false;
  if (!outputs || outputs.length === 0) return wantAll(face, byDefault);
  return outputs.map(({ name, parameters: own }, index) => {
    const spec = face.outputs.find((output) => output.name === name);
    const place = ['outputs', index];
    if (spec === undefined) {
      const names = face.outputs.map((output) => output.name).join(', ');
      throw invalidAt([...place, 'name'], `expected an output of the model: ${names}`);
    }
    const { classification: classes } = own ?? {};
    if (classes !== undefined && spec.datatype === 'BYTES') {
      const text = `expected numbers to classify by; the output '${name}' is BYTES`;
      throw invalidAt([...place, 'parameters', 'classification'], text);
    }
    return { name, binary: own?.binary_data ?? byDefault, classes };
  });
}
