import { describe, expect, it } from '@jest/globals';
import { Progress } from './progress.js';

function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return { written, stream: { isTTY, write } as unknown as NodeJS.WriteStream };
}

describe('progress', () => {
  it('is a line every tenth in a log, and starts again with the download', () => {
    const { written, stream: log } = stream(false);
    const progress = new Progress(1_000_000, log);
    for (const received of [1, 99_999, 100_000, 150_000, 340_000, 1_000_000]) {
      progress.update(received);
    }
    progress.update(120_000);
    progress.end();
    expect(written.map((line) => line.split(' ')[0])).toEqual(['10', '34', '100', '12']);
    expect(written[0]).toBe('10 % of 1.0 MB\n');
  });

  it('is one moving bar on a terminal', () => {
    const { written, stream: terminal } = stream(true);
    const progress = new Progress(1_000_000, terminal);
    progress.update(500_000);
    progress.end();
    progress.end();
    expect(written).toEqual([expect.stringMatching(/^\r█+░+ +50\.0 % of 1\.0 MB$/), '\n']);
  });
});
