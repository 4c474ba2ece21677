import { describe, expect, it } from '@jest/globals';
import { advise } from './advice.js';

const safe = { connections: 8, perSecond: 60, p50: 90, p99: 240, refused: 0, failed: 0 };

describe('the advice', () => {
  it('asks for the processors and memory that the safe load used, in round steps', () => {
    const measured = { safe, bestPerSecond: 64, processors: 1.71, peakMb: 610, targetMs: 250 };
    expect(advise(measured)).toEqual({
      resources: {
        requests: { cpu: '1800m', memory: '768Mi' },
        limits: { memory: '768Mi' },
      },
      targetCPUUtilizationPercentage: 75,
      QUEUE_MAX_ROWS: 16,
    });
  });

  it('lets at least the callers of the safe load wait', () => {
    const measured = { safe, bestPerSecond: 10, processors: 0.01, peakMb: 1, targetMs: 250 };
    const { resources, QUEUE_MAX_ROWS } = advise(measured);
    expect(QUEUE_MAX_ROWS).toBe(8);
    expect(resources.requests).toEqual({ cpu: '100m', memory: '64Mi' });
  });
});
