/** Inference requests that are right, the same for the same random numbers. */

export const pick = (list, random) => list[Math.floor(random() * list.length)];

function elements(parts) {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(part.byteLength);
      return [length, part];
    }),
  );
}

/** Little-endian, an element each. */
const NUMBERS = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  UINT64: BigUint64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

/** Every datatype for the model that gives back what it gets. */
function everyDatatype(random) {
  const tails = [];
  const inputs = [...Object.keys(NUMBERS), 'BYTES'].map((datatype) => {
    const input = { name: `in_${datatype}`, datatype, shape: [1, 1] };
    if (random() < 0.5) return { ...input, data: datatype === 'BYTES' ? ['é'] : [1] };
    const tail =
      datatype === 'BYTES'
        ? elements([Buffer.from('é')])
        : Buffer.from(new NUMBERS[datatype](1).buffer);
    tails.push(tail);
    return { ...input, parameters: { binary_data_size: tail.byteLength } };
  });
  const outputs = [{ name: 'out_FP32' }, { name: 'out_BYTES', parameters: { binary_data: true } }];
  const binary = tails.length === 0 ? undefined : Buffer.concat(tails);
  return { model: 'identity/versions/1', json: { inputs, outputs }, binary };
}

/** @returns the model's name, the JSON and what follows it */
export function rightRequest(random) {
  if (random() < 0.3) return everyDatatype(random);
  const question = Buffer.from(random() < 0.1 ? [0xc3, 0x28, 0xff] : 'how do i copy an array');
  const image = Buffer.from(Array.from({ length: 40 }, () => random() * 256));
  const binary = pick([elements([question]), elements([question, question]), image], random);
  const isVision = random() < 0.4;
  const [name, datatype] = isVision
    ? ['image', pick(['BYTES', 'UINT8'], random)]
    : ['question', 'BYTES'];
  const shape = datatype === 'UINT8' ? [1, 224, 224, 3] : [1];
  const data = isVision ? [image.toString('base64')] : ['how do i copy an array'];
  const isBinary = random() < 0.5;
  const input = isBinary
    ? { name, datatype, shape, parameters: { binary_data_size: binary.byteLength } }
    : { name, datatype, shape, data };
  const output = pick(isVision ? ['logits'] : ['id', 'probability', 'answered'], random);
  const json = {
    id: 'x',
    parameters: { binary_data_output: random() < 0.5, timeout: 6e7, priority: 1 },
    inputs: [input],
    outputs: [{ name: output, parameters: { classification: 2, binary_data: false } }],
  };
  return { model: isVision ? 'vision' : 'faq', json, binary: isBinary ? binary : undefined };
}
