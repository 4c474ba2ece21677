import { halfToNumber } from '../../engine/float16.js';
import type { Tensor } from '../../engine/tensor.js';
import { topK } from '../../scoring/top-k.js';

/**
 * The largest values of each row as BYTES [rows, k] of `value:index:label`, the label where there is
 * one (Triton's classification extension). All other dimensions of a row count as one.
 */
export function classify(
  { datatype, shape, data }: Tensor,
  classes: number,
  labels: readonly string[] = [],
): Tensor {
  const [rows = 1] = shape;
  const width = data.length / Math.max(1, rows);
  const k = rows === 0 ? 0 : Math.min(classes, width);
  const texts: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    const values = numbersOf(data.slice(row * width, (row + 1) * width), datatype);
    for (const index of topK(values, k)) {
      const exact = data[row * width + index] ?? 0;
      const value = datatype.startsWith('FP') ? rounded(values[index] ?? 0) : exact;
      const label = labels[index] === undefined ? '' : `:${labels[index]}`;
      texts.push(`${value}:${index}${label}`);
    }
  }
  return { datatype: 'BYTES', shape: [rows, k], data: texts };
}

function numbersOf(data: Tensor['data'], datatype: Tensor['datatype']): Float64Array {
  const values = new Float64Array(data.length);
  for (const [index, element] of data.entries()) {
    values[index] = datatype === 'FP16' ? halfToNumber(Number(element)) : Number(element);
  }
  return values;
}

/** Seven digits are what FP32 tells. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(7)));
}
