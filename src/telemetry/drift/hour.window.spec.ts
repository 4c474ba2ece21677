import { describe, expect, it } from '@jest/globals';
import { HourWindow } from './hour.window.js';

const MINUTE = 60_000;
const NOW = 1_790_000_000_000;

describe('the window of an hour', () => {
  it('counts by tenth, and questions by whether they were answered', () => {
    const window = new HourWindow();
    window.add(0.95, true, NOW);
    window.add(0.91, false, NOW);
    window.add(0.2, undefined, NOW);
    const { bins, inputs, questions, answered } = window.sum(NOW);
    expect(bins).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0, 2]);
    expect([inputs, questions, answered]).toEqual([3, 2, 1]);
  });

  it('forgets minute by minute', () => {
    const window = new HourWindow();
    for (let minute = 0; minute < 90; minute += 1)
      window.add(0.5, undefined, NOW + minute * MINUTE);
    const last = NOW + 89 * MINUTE;
    expect(window.sum(last).inputs).toBe(60);
    expect(window.sum(last + 10 * MINUTE).inputs).toBe(50);
    expect(window.sum(last + 59 * MINUTE).inputs).toBe(1);
    expect(window.sum(last + 60 * MINUTE).inputs).toBe(0);
  });

  it('forgets all after a long silence', () => {
    const window = new HourWindow();
    window.add(0.5, true, NOW);
    window.add(0.5, true, NOW + 500 * MINUTE);
    expect(window.sum(NOW + 500 * MINUTE)).toMatchObject({ inputs: 1, questions: 1, answered: 1 });
  });

  it('keeps counting when the clock is set back', () => {
    const window = new HourWindow();
    window.add(0.5, undefined, NOW);
    window.add(0.5, undefined, NOW - 5 * MINUTE);
    expect(window.sum(NOW).inputs).toBe(2);
  });
});
