import { describe, expect, it, jest } from '@jest/globals';
import { runCli } from './support/cli.js';

// Each run starts the command and its models anew.
jest.setTimeout(60_000);

const QUESTION = 'how do i get rid of one single thing in my list if i know its position';
const PHOTO = 'test/fixtures/photos/coffee.jpg';

describe('nestor score', () => {
  it('scores a question and a photograph and draws bars', async () => {
    const { code, stdout, stderr } = await runCli(['score', QUESTION, PHOTO, '--top', '2']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const bars = stdout.split('\n').filter((line) => /█*░* +\d+\.\d %/.test(line));
    expect(bars).toHaveLength(4);
    expect(bars[0]).toMatch(/^ {2}█+░* +\d+\.\d % {2}.*remov.*array/i);
    expect(bars[2]).toMatch(/^ {2}█+░* +\d+\.\d % {2}espresso$/);
    expect(stdout).toContain(`\n${PHOTO}\n  vision/1\n`);
    expect(stdout).toMatch(/^.+\n {2}faq\/\d+, answered \(similarity 0\.\d\d\)\n/);
  });

  it('prints a line of JSON for each input', async () => {
    const { code, stdout } = await runCli(['score', '--json', QUESTION, PHOTO]);
    expect(code).toBe(0);
    const [question, photo, ...more] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(more).toEqual([]);
    expect(question).toMatchObject({ input: QUESTION, kind: 'faq', answered: true });
    expect(question.matches).toHaveLength(3);
    expect(photo).toMatchObject({ input: PHOTO, kind: 'vision', model: { name: 'vision' } });
    expect(photo.predictions[0]).toMatchObject({ index: 967, label: 'espresso' });
  });

  it('scores the rest where an input is bad, and says so with its exit code', async () => {
    const bad = ['test/fixtures/vision/text.jpg', 'no-such-photo.png', 'models', ' '];
    const { code, stdout, stderr } = await runCli(['score', '--json', ...bad, PHOTO]);
    expect(code).toBe(1);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => [line.input, line.error !== undefined])).toEqual([
      ...bad.map((input) => [input, true]),
      [PHOTO, false],
    ]);
    expect(stderr).toContain('text.jpg: The bytes are not an image of a known format');
    expect(stderr).toContain('no-such-photo.png: There is no such image file.');
    expect(stderr).toContain('models: This is a folder, not an image.');
    expect(stderr).toContain("'': The question is empty");
  });

  it('scores with the asked model only', async () => {
    const { code, stdout, stderr } = await runCli(['score', '--model', 'vision', PHOTO, QUESTION]);
    expect(code).toBe(1);
    expect(stdout).toContain('espresso');
    expect(stderr).toContain(`${QUESTION.slice(0, 60)}…: No served model scores this`);
  });

  it('names a models folder that is not there', async () => {
    const { code, stderr } = await runCli(['score', QUESTION], { MODELS_DIR: 'no-models' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^[^\n]*no-models[^\n]*\n$/);
  });

  it.each(['0', '101', 'many'])('refuses --top %s', async (top) => {
    const { code, stderr } = await runCli(['score', QUESTION, '--top', top]);
    expect(code).toBe(1);
    expect(stderr).toContain('expected a whole number from 1 to 100');
  });
});
