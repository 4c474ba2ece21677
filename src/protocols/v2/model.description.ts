import type { TensorSpec } from '../../engine/tensor.js';
import type { ServedModel } from '../../scoring/scorer.js';
import { formOf } from './infer.request.js';
import { exampleOf } from './model.example.js';

const SECURITY = {
  security: [{ ApiKey: [] }, { Bearer: [] }],
  components: {
    securitySchemes: {
      ApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      Bearer: { type: 'http', scheme: 'bearer' },
    },
  },
};

const SHAPE = { type: 'array', items: { type: 'integer', minimum: 0 } };
const DATA = { type: 'array', items: {} };

/** OpenAPI of one model, its tensors by name and with an example that it answers. */
export function describeModel(model: ServedModel, base: string) {
  const { identity, inputs, outputs, files = [], maxRows } = model;
  const example = exampleOf(model);
  const summary = `${identity.name}, version ${identity.version}`;
  return {
    openapi: '3.1.0',
    info: { title: summary, version: String(identity.version), description: aboutOf(model) },
    servers: [{ url: '/' }],
    ...SECURITY,
    paths: {
      [`${base}/infer`]: {
        post: {
          operationId: 'infer',
          summary: 'Run tensors through the model',
          description: `Up to ${maxRows} rows.`,
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: requestOf(inputs, outputs, files),
                ...(example && { example }),
              },
            },
          },
          responses: {
            200: answer('The outputs.', {
              type: 'object',
              properties: {
                model_name: { const: identity.name },
                model_version: { const: String(identity.version) },
                outputs: { type: 'array', items: { anyOf: outputs.map((one) => tensorOf(one)) } },
              },
            }),
          },
        },
      },
      [base]: { get: read('metadata', 'Tell its inputs, outputs and versions') },
      [`${base}/ready`]: { get: read('ready', 'Tell whether it can be asked') },
      [`${base}/stats`]: { get: read('stats', 'Tell what it has done since the start') },
    },
  };
}

function aboutOf({ inputs, outputs, files = [] }: ServedModel): string {
  const line = ({ name, datatype, shape }: TensorSpec) =>
    `- \`${name}\`: ${formOf(datatype, shape)}`;
  const takes = inputs.map((spec) =>
    files.includes(spec.name) ? `${line(spec)}, or encoded files as BYTES [-1]` : line(spec),
  );
  return ['Inputs', ...takes, '', 'Outputs', ...outputs.map(line)].join('\n');
}

function requestOf(
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
  files: readonly string[],
) {
  const name = { enum: outputs.map((output) => output.name) };
  return {
    type: 'object',
    required: ['inputs'],
    properties: {
      id: { type: 'string' },
      inputs: {
        type: 'array',
        items: { anyOf: inputs.map((spec) => tensorOf(spec, files.includes(spec.name))) },
      },
      outputs: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name'],
          properties: { name, parameters: { type: 'object' } },
        },
      },
    },
  };
}

function tensorOf({ name, datatype, shape }: TensorSpec, isFiles = false) {
  return {
    type: 'object',
    title: name,
    required: ['name', 'datatype', 'shape'],
    properties: {
      name: { const: name },
      datatype: { enum: isFiles ? [datatype, 'BYTES'] : [datatype] },
      shape: { ...SHAPE, description: formOf(datatype, shape) },
      data: DATA,
    },
  };
}

function read(operationId: string, summary: string) {
  return { operationId, summary, responses: { 200: answer('It.', { type: 'object' }) } };
}

function answer(description: string, schema: object) {
  return { description, content: { 'application/json': { schema } } };
}
