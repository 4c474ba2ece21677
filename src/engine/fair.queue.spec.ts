import { describe, expect, it } from '@jest/globals';
import { generator } from '../../test/support/random.js';
import { FairQueue, type Waiting } from './fair.queue.js';

const item = (flow: string, rows = 1): Waiting => ({ flow, rows });
const flowsOf = (items: readonly (Waiting | undefined)[]) => items.map((one) => one?.flow);

function takeAll(queue: FairQueue<Waiting>): Waiting[] {
  const taken: Waiting[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next);
  return taken;
}

function fill(queue: FairQueue<Waiting>, flow: string, count: number, rows = 1): void {
  for (let i = 0; i < count; i += 1) queue.push(item(flow, rows));
}

describe('the fair queue', () => {
  it('keeps the order of one flow', () => {
    const queue = new FairQueue<Waiting>();
    const items = [item('a', 1), item('a', 5), item('a', 2)];
    for (const one of items) queue.push(one);
    expect(queue.rows).toBe(8);
    expect(takeAll(queue)).toEqual(items);
    expect(queue.rows).toBe(0);
  });

  it('takes turns among flows, however much one of them has queued first', () => {
    const queue = new FairQueue<Waiting>();
    fill(queue, 'heavy', 100);
    fill(queue, 'light', 3);
    expect(flowsOf(takeAll(queue)).slice(0, 6)).toEqual([
      'heavy',
      'light',
      'heavy',
      'light',
      'heavy',
      'light',
    ]);
  });

  it('lets a flow that comes later in at once', () => {
    const queue = new FairQueue<Waiting>();
    fill(queue, 'heavy', 100);
    for (let i = 0; i < 50; i += 1) queue.take();
    queue.push(item('light'));
    expect(flowsOf([queue.take(), queue.take()])).toContain('light');
  });

  it('counts rows, not items', () => {
    const queue = new FairQueue<Waiting>();
    fill(queue, 'large', 10, 8);
    fill(queue, 'small', 80);
    const first = takeAll(queue).slice(0, 45);
    const rows = (flow: string) =>
      first.filter((one) => one.flow === flow).reduce((sum, one) => sum + one.rows, 0);
    expect(Math.abs(rows('large') - rows('small'))).toBeLessThanOrEqual(9);
  });

  it('does not charge a flow for what it takes back', () => {
    const queue = new FairQueue<Waiting>();
    fill(queue, 'a', 10);
    const gone = Array.from({ length: 50 }, () => item('b'));
    for (const one of gone) queue.push(one);
    for (const one of gone) expect(queue.remove(one)).toBe(true);
    expect(queue.remove(item('b'))).toBe(false);
    queue.push(item('b'));
    expect(queue.rows).toBe(11);
    expect(flowsOf([queue.take(), queue.take()])).toContain('b');
  });

  it('takes what was given a place before all others first', () => {
    const queue = new FairQueue<Waiting>();
    fill(queue, 'a', 2);
    const again = item('z');
    queue.pushFirst(again);
    expect(queue.rows).toBe(3);
    expect(queue.take()).toBe(again);
  });

  it('takes along what fits from all flows and charges for it', () => {
    const queue = new FairQueue<Waiting>();
    fill(queue, 'a', 2, 4);
    fill(queue, 'b', 3, 2);
    fill(queue, 'c', 1, 4);
    const first = queue.take();
    const along = [queue.takeAlong(({ rows }) => rows === 2), queue.takeAlong(() => true)];
    expect(flowsOf([first, ...along])).toEqual(['a', 'b', 'c']);
    expect(queue.takeAlong(({ rows }) => rows === 3)).toBeUndefined();
    expect(flowsOf(takeAll(queue))).toEqual(['b', 'a', 'b']);
  });

  it('knows how many rows run before what a flow would queue', () => {
    const queue = new FairQueue<Waiting>();
    fill(queue, 'heavy', 100);
    expect(queue.rowsAhead('heavy')).toBe(100);
    expect(queue.rowsAhead('light')).toBe(1);
    fill(queue, 'light', 10);
    expect(queue.rowsAhead('light')).toBe(21);
    expect(queue.rowsAhead('heavy')).toBe(110);
    queue.pushFirst(item('heavy', 5));
    expect(queue.rowsAhead('light')).toBe(26);
  });

  it('never lets two flows that both wait differ by more than their largest items', () => {
    const random = generator(7);
    for (let round = 0; round < 10; round += 1) {
      const queue = new FairQueue<Waiting>();
      const flows = Array.from({ length: 2 + Math.floor(random() * 6) }, (_, i) => `flow ${i}`);
      const largest = 1 + Math.floor(random() * 16);
      const served = new Map(flows.map((flow) => [flow, 0]));
      for (const flow of flows) {
        // Some send a hundred times as much; all have enough to be waiting all the time.
        const times = random() < 0.3 ? 100 : 1;
        let rows = 0;
        while (rows < 400 * times) {
          const one = item(flow, 1 + Math.floor(random() * largest));
          queue.push(one);
          rows += one.rows;
        }
      }
      let total = 0;
      let widest = 0;
      while (total < 300) {
        const taken = queue.take() ?? item('none');
        total += taken.rows;
        served.set(taken.flow, (served.get(taken.flow) ?? 0) + taken.rows);
        const counts = [...served.values()];
        widest = Math.max(widest, Math.max(...counts) - Math.min(...counts));
      }
      expect(widest).toBeLessThanOrEqual(2 * largest);
    }
  });

  it('predicts the rows ahead of a newcomer, whatever has happened before', () => {
    const random = generator(11);
    for (let round = 0; round < 100; round += 1) {
      const queue = new FairQueue<Waiting>();
      const pushed: Waiting[] = [];
      for (let step = 0; step < 200; step += 1) {
        const kind = random();
        if (kind < 0.6) {
          const one = item(`flow ${Math.floor(random() * 5)}`, 1 + Math.floor(random() * 4));
          queue.push(one);
          pushed.push(one);
        } else if (kind < 0.8) queue.take();
        else queue.remove(pushed[Math.floor(random() * pushed.length)] ?? item('none'));
      }
      const newcomer = item(`flow ${Math.floor(random() * 6)}`);
      const predicted = queue.rowsAhead(newcomer.flow);
      queue.push(newcomer);
      let ahead = 0;
      for (let next = queue.take(); next !== newcomer; next = queue.take())
        ahead += next?.rows ?? 0;
      // Each other flow may be an item further or not.
      expect(Math.abs(predicted - ahead)).toBeLessThanOrEqual(4 * 5);
    }
  });

  it('holds nothing of flows that have gone', () => {
    const queue = new FairQueue<Waiting>();
    fill(queue, 'stays', 100);
    for (let i = 0; i < 50; i += 1) {
      queue.push(item(`caller ${i}`));
      queue.take();
      queue.take();
      queue.push(item('stays'));
    }
    takeAll(queue);
    expect(queue.rows).toBe(0);
    expect(queue.heaviest()).toBeUndefined();
    expect(queue.oldest(() => 1)).toBe(Infinity);
  });
});
