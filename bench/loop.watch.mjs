/**
 * Preloaded by bench/v2.mjs: keeps the longest turns of the event loop, measured as processor time of
 * the main thread, which other programs of the machine do not lengthen. SIGUSR2 writes and forgets
 * them; the first begins.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.env.BENCH_LOOP_FILE;
const isServer = process.argv[2] === 'serve';

/** Nanoseconds that the main thread has run; its id is that of the process. */
function threadNs() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]);
}

if (isServer && file !== undefined) {
  let turns;
  let last = 0;
  const look = () => {
    const now = threadNs();
    turns.push((now - last) / 1e6);
    if (turns.length > 10_000) turns = longest(turns);
    last = threadNs();
    setImmediate(look);
  };
  process.on('SIGUSR2', () => {
    writeFileSync(file, JSON.stringify(longest(turns ?? [])));
    // Looking keeps a processor busy: not before it is asked for.
    if (turns === undefined) setImmediate(look);
    turns = [];
    last = threadNs();
  });
}

function longest(turns) {
  return turns.toSorted((a, b) => b - a).slice(0, 20);
}
