import { describe, expect, it } from '@jest/globals';
import type { Datatype } from '../engine/tensor.js';
import { fromJson, jsonTensor, toJson } from './json.tensor.js';

const json = (datatype: Datatype, ...data: (number | string | boolean)[]) => ({
  datatype,
  shape: [data.length],
  data,
});

describe('a tensor in golden.json', () => {
  it.each([
    json('BOOL', true, false),
    json('UINT8', 0, 255),
    json('INT16', -32_768, 32_767),
    json('UINT64', 1, '18446744073709551615'),
    json('INT64', '-9223372036854775808', '9007199254740993', 9_007_199_254_740_991),
    json('FP16', 0.5, -65_504, 'Infinity'),
    json('FP32', 0.5, 0.100000001, 3.40282347e38, 'NaN'),
    json('FP64', 0.1, Math.PI, '-Infinity'),
    json('BYTES', '', 'a\nb', '日本語'),
  ])('comes back from memory as it was written: %j', (tensor) => {
    expect(toJson(fromJson(tensor))).toEqual(tensor);
    expect(jsonTensor.parse(tensor)).toEqual(tensor);
  });

  it('holds FP16 as its 16 bits and integers of 64 bits exactly', () => {
    expect(fromJson(json('FP16', 1, -2)).data).toEqual(Uint16Array.of(0x3c00, 0xc000));
    expect(fromJson(json('INT64', '9007199254740993')).data).toEqual(
      BigInt64Array.of(9_007_199_254_740_993n),
    );
  });

  it.each([
    [json('UINT8', 256), '256 is not an integer of UINT8'],
    [json('INT8', 1.5), '1.5 is not an integer of INT8'],
    [json('UINT64', -1), '-1 is not an integer of UINT64'],
    [json('INT64', 2 ** 53), '9007199254740992 is not an integer of INT64'],
    [json('INT64', 'ten'), 'ten is not an integer of INT64'],
    [json('BOOL', 1), '1 is neither true nor false, as BOOL is'],
    [json('FP32', 'much'), 'much is not a number'],
    [json('BYTES', 1), '1 is not text, as BYTES are'],
    [{ ...json('FP32', 1, 2), shape: [3] }, '2 elements are not the 3 of shape [3]'],
  ])('is refused where an element is none of its datatype: %j', (tensor, message) => {
    expect(() => fromJson(tensor)).toThrow(message);
  });
});
