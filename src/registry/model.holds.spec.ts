import { describe, expect, it } from '@jest/globals';
import { ModelHolds } from './model.holds.js';
import type { LoadedModel } from './model.kind.js';

const model = {} as LoadedModel;

describe('a model that is retired', () => {
  it('is let go at once when nobody holds it', async () => {
    const holds = new ModelHolds();
    const done = holds.hold(model);
    done[Symbol.dispose]();
    await holds.released(model);
    await holds.released({} as LoadedModel);
  });

  it('waits for the last who holds it', async () => {
    const holds = new ModelHolds();
    const [first, second] = [holds.hold(model), holds.hold(model)];
    let released = false;
    const waiting = holds.released(model).then(() => (released = true));
    first[Symbol.dispose]();
    await new Promise(setImmediate);
    expect(released).toBe(false);
    second[Symbol.dispose]();
    await waiting;
    expect(released).toBe(true);
  });
});
