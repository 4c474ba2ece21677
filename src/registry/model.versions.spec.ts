import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { LoadedModel } from './model.kind.js';
import type { ReadyVersion, VersionSource } from './model.version.js';
import { ModelVersions } from './model.versions.js';

Logger.overrideLogger(false);

/** A models folder in memory: what stands in a version's folder, `bad…` does not prove itself. */
class FakeFolder implements VersionSource {
  readonly contents = new Map<number, string>();
  readonly log: string[] = [];
  /** A version whose proof or end waits for `go`. */
  slow: { version: number; go: Promise<unknown> } | undefined;

  async find() {
    return [...this.contents.keys()].toSorted((a, b) => b - a);
  }

  async fingerprint(version: number) {
    const content = this.contents.get(version);
    return content === 'half-copied' ? undefined : content;
  }

  async prove(version: number): Promise<ReadyVersion> {
    const content = this.contents.get(version) ?? '';
    this.log.push(`prove ${version} ${content}`);
    if (this.slow?.version === version) await this.slow.go;
    if (content.startsWith('bad') || content === 'half-copied') throw new Error(`it is ${content}`);
    const identity = { name: 'm', version };
    const model = { identity, healthy: true, content } as unknown as LoadedModel;
    return { ...identity, state: 'ready', manifest: {} as never, model };
  }

  async retire({ version, model }: ReadyVersion) {
    this.log.push(`retire ${version} ${contentOf(model)}`);
  }
}

const contentOf = (model: LoadedModel | undefined) =>
  (model as unknown as { content: string } | undefined)?.content;

describe('the versions of a model', () => {
  let folder: FakeFolder;
  let versions: ModelVersions;
  const answering = () => contentOf(versions.serving()?.model);
  const states = () => versions.index().map(({ version, state }) => `${version} ${state}`);
  /** Two looks: the first only sees that something is new. */
  const look = async () => [...(await versions.refresh()), ...(await versions.refresh())];

  beforeEach(() => {
    folder = new FakeFolder();
    versions = new ModelVersions('m', folder, true);
  });

  it('are all loaded, and the highest good one answers', async () => {
    folder.contents.set(1, 'one').set(2, 'two').set(3, 'bad three');
    expect(await versions.load()).toEqual([
      { name: 'm', version: 3, change: 'refused', reason: 'it is bad three' },
      { name: 'm', version: 2, change: 'loaded' },
      { name: 'm', version: 1, change: 'loaded' },
    ]);
    expect(answering()).toBe('two');
    expect(contentOf(versions.serving(1)?.model)).toBe('one');
    expect(versions.serving(3)).toBeUndefined();
    expect(versions.list().map(({ state }) => state)).toEqual(['refused', 'ready', 'ready']);
    expect(versions.standing).toBe('serving');
  });

  it('fail the replica when none is good at the start', async () => {
    folder.contents.set(1, 'bad');
    await versions.load();
    expect(versions.standing).toBe('failing');
    expect(versions.index()).toEqual([
      { name: 'm', version: 1, state: 'unavailable', reason: 'it is bad' },
    ]);
  });

  it('that came after the start and were never good take nothing away', async () => {
    versions = new ModelVersions('m', folder, false);
    folder.contents.set(1, 'bad');
    await look();
    expect(versions.standing).toBe('unproved');
    folder.contents.set(1, 'good');
    await look();
    expect(versions.standing).toBe('serving');
  });

  describe('when they are looked at again', () => {
    beforeEach(async () => {
      folder.contents.set(1, 'one');
      await versions.load();
      folder.log.length = 0;
    });

    it('are left alone while nothing changes', async () => {
      expect(await look()).toEqual([]);
      expect(folder.log).toEqual([]);
    });

    it('give way to a higher one and go on answering under their number', async () => {
      folder.contents.set(2, 'two');
      expect(await versions.refresh()).toEqual([]);
      expect(await versions.refresh()).toEqual([{ name: 'm', version: 2, change: 'loaded' }]);
      expect(answering()).toBe('two');
      expect(contentOf(versions.serving(1)?.model)).toBe('one');
      expect(folder.log).toEqual(['prove 2 two']);
    });

    it('are replaced by changed files, and the old copy ends after the new one answers', async () => {
      folder.contents.set(1, 'uno');
      await look();
      expect(answering()).toBe('uno');
      expect(folder.log).toEqual(['prove 1 uno', 'retire 1 one']);
    });

    it('stay when the changed files are not good, and are tried again only after a change', async () => {
      folder.contents.set(1, 'bad uno').set(2, 'bad two');
      await look();
      await look();
      expect(answering()).toBe('one');
      expect(folder.log.toSorted()).toEqual(['prove 1 bad uno', 'prove 2 bad two']);
      expect(versions.index()).toEqual([
        { name: 'm', version: 2, state: 'unavailable', reason: 'it is bad two' },
        { name: 'm', version: 1, state: 'ready', reason: 'it is bad uno' },
      ]);
      folder.contents.set(2, 'good two');
      await look();
      expect(answering()).toBe('good two');
    });

    it('are not tried while they are being copied', async () => {
      folder.contents.set(2, 'half-copied');
      await look();
      await look();
      expect(folder.log).toEqual([]);
      expect(states()).toEqual(['1 ready']);
    });

    it('are not tried while each look sees something else', async () => {
      for (const content of ['a', 'b', 'c']) {
        folder.contents.set(2, content);
        await versions.refresh();
      }
      expect(folder.log).toEqual([]);
      await versions.refresh();
      expect(folder.log).toEqual(['prove 2 c']);
    });

    it('end when two looks miss their folder and another one is good', async () => {
      folder.contents.set(2, 'two');
      await look();
      folder.contents.delete(2);
      expect(await versions.refresh()).toEqual([]);
      expect(answering()).toBe('two');
      expect(await versions.refresh()).toEqual([{ name: 'm', version: 2, change: 'removed' }]);
      expect(answering()).toBe('one');
      expect(folder.log).toContain('retire 2 two');
      expect(states()).toEqual(['1 ready']);
    });

    it('keep answering with the highest one when all folders are gone', async () => {
      folder.contents.set(2, 'two');
      await look();
      folder.contents.clear();
      await look();
      expect(answering()).toBe('two');
      expect(folder.log).toEqual(['prove 2 two', 'retire 1 one']);
    });

    it('keep the last good one without its folder, and say so', async () => {
      folder.contents.clear();
      await look();
      expect(answering()).toBe('one');
      expect(versions.index()[0]).toMatchObject({
        state: 'ready',
        reason: expect.stringMatching('folder is gone'),
      });
      folder.contents.set(1, 'one');
      await look();
      expect(versions.index()[0]).toMatchObject({ state: 'ready', reason: '' });
      expect(folder.log).toEqual([]);
    });
  });

  describe('when they are asked for', () => {
    beforeEach(async () => {
      folder.contents.set(1, 'one');
      await versions.load();
      folder.log.length = 0;
    });

    it('are loaded anew even unchanged', async () => {
      await versions.load();
      expect(folder.log).toEqual(['prove 1 one', 'retire 1 one']);
    });

    it('are loaded one load at a time, which those who wait share', async () => {
      const gate = new AbortController();
      const go = new Promise((resolve) => gate.signal.addEventListener('abort', resolve));
      folder.slow = { version: 1, go };
      const first = versions.load();
      await new Promise(setImmediate);
      expect(states()).toEqual(['1 ready']);
      const others = [versions.load(), versions.load(), versions.load()];
      gate.abort();
      await Promise.all([first, ...others]);
      expect(folder.log.filter((line) => line.startsWith('prove'))).toHaveLength(2);
    });

    it('end when they are unloaded and come back by a load alone', async () => {
      await versions.unload();
      expect(answering()).toBeUndefined();
      expect(versions.standing).toBe('unloaded');
      expect(folder.log).toEqual(['retire 1 one']);
      folder.contents.set(2, 'two');
      await look();
      expect(answering()).toBeUndefined();
      await versions.load();
      expect(answering()).toBe('two');
      expect(versions.standing).toBe('serving');
    });

    it('stay unloaded when what is loaded is not good', async () => {
      await versions.unload();
      folder.contents.set(1, 'bad');
      await versions.load();
      expect(versions.standing).toBe('unloaded');
    });

    it('are loaded after an unload that came before', async () => {
      const both = [versions.unload(), versions.load(), versions.unload(), versions.load()];
      await Promise.all(both);
      expect(answering()).toBe('one');
    });

    it('tell that they are loading', async () => {
      const gate = new AbortController();
      const go = new Promise((resolve) => gate.signal.addEventListener('abort', resolve));
      folder.slow = { version: 2, go };
      folder.contents.set(2, 'two');
      const loading = versions.load();
      await new Promise(setImmediate);
      expect(states()).toEqual(['2 loading', '1 ready']);
      gate.abort();
      await loading;
      expect(states()).toEqual(['2 ready', '1 ready']);
    });

    it('end at once when the server stops, also one that is still being loaded', async () => {
      const gate = new AbortController();
      const go = new Promise((resolve) => gate.signal.addEventListener('abort', resolve));
      folder.slow = { version: 1, go };
      const loading = versions.load();
      await new Promise(setImmediate);
      await versions.close();
      expect(folder.log).toEqual(['prove 1 one', 'retire 1 one']);
      gate.abort();
      await loading;
      expect(folder.log).toEqual(['prove 1 one', 'retire 1 one', 'retire 1 one']);
      expect(answering()).toBeUndefined();
      expect(await versions.load()).toEqual([]);
    });
  });
});
