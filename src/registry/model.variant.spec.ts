import { describe, expect, it } from '@jest/globals';
import type { ModelFolder } from './model.kind.js';
import type { ModelManifest } from './model.manifest.js';
import { variantGolden, withPrecision } from './model.variant.js';

const accuracy = [{ metric: 'agreement', value: 0.9, dataset: 'photos' }];
const folder = {
  identity: { name: 'vision', version: 1, precision: 'fp32' },
  manifest: {
    precision: 'fp32',
    graphs: ['model.onnx'],
    accuracy: [],
    variants: [{ precision: 'int8', graphs: ['int8.onnx'], accuracy, tolerance: 0.2 }],
  } as unknown as ModelManifest,
  path: (file: string) => `/models/${file}`,
  recheck: async () => undefined,
} satisfies ModelFolder;

describe('a variant', () => {
  it('puts its graphs, accuracy and precision in the place of the version’s own', () => {
    const { identity, manifest, path } = withPrecision(folder, 'int8');
    expect(identity).toEqual({ name: 'vision', version: 1, precision: 'int8' });
    expect(manifest).toMatchObject({ precision: 'int8', graphs: ['int8.onnx'], accuracy });
    expect(path('int8.onnx')).toBe('/models/int8.onnx');
  });

  it('is not looked for where none or the version’s own is asked', () => {
    expect(withPrecision(folder, undefined)).toBe(folder);
    expect(withPrecision(folder, 'fp32')).toBe(folder);
  });

  it('is refused by name where the version does not have it', () => {
    expect(() => withPrecision(folder, 'fp16')).toThrow(
      'no graphs in fp16: the version has fp32, int8',
    );
  });

  it('may be as far from the golden answers as it declares', () => {
    const golden = { tolerance: 0.05, cases: ['one'] };
    expect(variantGolden(golden, folder)).toBe(golden);
    const chosen = withPrecision(folder, 'int8');
    expect(variantGolden(golden, chosen)).toEqual({ tolerance: 0.2, cases: ['one'] });
  });
});
