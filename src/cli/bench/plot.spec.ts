import { describe, expect, it } from '@jest/globals';
import { plot } from './plot.js';

const result = (connections: number, perSecond: number, p99: number) => ({
  connections,
  perSecond,
  p50: p99 / 2,
  p99,
  refused: 0,
  failed: 0,
});

describe('the plot', () => {
  const results = [result(1, 50, 20), result(4, 100, 40), result(16, 100, 160)];

  it('draws answers a second and two latencies for each sweep', () => {
    const svg = plot([{ title: 'vision <224>', results }]);
    expect(svg.match(/<polyline/g)).toHaveLength(3);
    expect(svg.match(/<circle/g)).toHaveLength(9);
    expect(svg).toContain('vision &#60;224&#62;: latency');
    expect(svg).not.toContain('NaN');
  });

  it('leaves out loads at which nothing was answered', () => {
    const svg = plot([{ title: 'faq', results: [...results, result(64, 0, NaN)] }]);
    expect(svg).not.toContain('NaN');
    expect(svg.match(/<circle/g)).toHaveLength(9);
  });

  it('stands also a single load', () => {
    expect(plot([{ title: 'faq', results: results.slice(0, 1) }])).not.toMatch(/NaN|Infinity/);
  });
});
