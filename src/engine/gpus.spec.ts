import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { countGpus } from './gpus.js';

describe('the number of GPUs', () => {
  let dev = '';
  beforeEach(() => {
    dev = mkdtempSync(join(tmpdir(), 'nestor-gpus-'));
    for (const name of ['nvidia0', 'nvidia3', 'nvidiactl', 'nvidia-uvm']) {
      writeFileSync(join(dev, name), '');
    }
  });
  afterEach(() => rmSync(dev, { recursive: true }));

  it('is that of their device files', () => {
    expect(countGpus({}, dev)).toBe(2);
    expect(countGpus({}, join(dev, 'missing'))).toBe(0);
  });

  it.each([
    ['0', 1],
    ['0,1', 2],
    ['GPU-5ebe9f43', 1],
    ['1,-1,0', 1],
    ['', 0],
    ['NoDevFiles', 0],
    ['0,1,2,3', 2],
  ])('is what CUDA_VISIBLE_DEVICES=%s leaves of them', (visible, expected) => {
    expect(countGpus({ CUDA_VISIBLE_DEVICES: visible }, dev)).toBe(expected);
  });
});
