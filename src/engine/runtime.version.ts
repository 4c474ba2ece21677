import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
  version: string;
};

/** The runtime that scores, without loading it into this process. */
export const runtimeVersion = `ONNX Runtime ${version}`;
