import { link, mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import type { ExportFiles } from '../../src/gateway/gluster-block/export-files.ts';
import { mountedExports } from '../../src/gateway/gluster-block/mounted-exports.ts';
import { call } from '../fakes/accidents.ts';
import { MemoryExports } from '../fakes/memory-exports.ts';

const ONE = { metadata: { 'a key': 'a "value"\u2028' }, size: 1024n, hosts: ['10.0.0.1'], hasAuth: true };
const META = 'VOLUME: hv\nGBID: g1\nHA: 1\nSIZE: 1024\n10.0.0.1: CONFIGSUCCESS\n';

/** A hosting volume, and a hand in what gluster-block writes there. */
interface Subject {
  readonly files: ExportFiles;
  log(name: string, text: string): Promise<void>;
  store(file: string, size: number): Promise<void>;
  nameAgain(file: string, other: string): Promise<void>;
}

function inMemory(): Subject {
  const exports = new MemoryExports(() => undefined);
  return {
    files: exports.files,
    log: async (name, text) => void exports.metas.set(name, text),
    store: async (file, size) => void exports.store.set(file, { size: BigInt(size) }),
    async nameAgain(file, other) {
      const found = exports.store.get(file);
      if (found !== undefined) exports.store.set(other, found);
    },
  };
}

function byCommands(root: string): Subject {
  const [meta, store] = [join(root, 'block-meta'), join(root, 'block-store')];
  return {
    files: mountedExports(root),
    async log(name, text) {
      await mkdir(meta, { recursive: true });
      for (const own of ['meta.lock', 'prio.info']) await writeFile(join(meta, own), 'GBID: none\n');
      await writeFile(join(meta, name), text);
    },
    async store(file, size) {
      await mkdir(store, { recursive: true });
      await writeFile(join(store, file), '');
      await truncate(join(store, file), size);
    },
    nameAgain: (file, other) => link(join(store, file), join(store, other)),
  };
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isFault(error) ? error.kind : String(error);
  }
}

/** What both promise; the real one over a directory, which takes the same commands as a mount. */
for (const kind of ['in memory', 'by commands']) {
  describe(`files of gluster-block ${kind}`, () => {
    let root: string;
    let subject: Subject;
    let files: ExportFiles;
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'exported.files-'));
      subject = kind === 'by commands' ? byCommands(root) : inMemory();
      files = subject.files;
    });
    afterEach(() => rm(root, { recursive: true }));

    it('are none on an empty volume', async () => {
      expect((await files.list(call())).disks).to.deep.equal([]);
      expect(await files.find('one', call())).to.equal(undefined);
      expect(await files.storageSize('g1', call())).to.equal(undefined);
      await files.forget('one', call());
      await files.removeStorage('g1', call());
      await files.dropName('g1', 'g2', call());
      expect(await files.isQuiet('one', call())).to.equal(true);
    });

    it('are declared once, and again in its place', async () => {
      await files.declare('one', ONE, call());
      expect(await faultOf(files.declare('one', { ...ONE, size: 5n }, call()))).to.equal('conflict');
      expect((await files.find('one', call()))?.declaration).to.deep.equal(ONE);
      const more = { ...ONE, hasAuth: false, storage: 's', content: 'c', deleting: 'keep' as const };
      await files.redeclare('one', more, call());
      expect((await files.find('one', call()))?.declaration).to.deep.equal(more);
      await files.forget('one', call());
      expect((await files.list(call())).disks).to.deep.equal([]);
    });

    it('are listed by what is declared and what gluster-block logs, each file once', async () => {
      await files.declare('two', { ...ONE, content: 'g1' }, call());
      await subject.log('one', META);
      await subject.log('two', META.replace('g1', 'g2'));
      await subject.log('new', 'VOLUME: hv\n');
      await subject.store('g1', 4096);
      await subject.nameAgain('g1', 'g2');
      await subject.store('left', 512);
      const listed = (await files.list(call())).disks.map(({ name, size, meta, declaration }) => [
        name,
        size,
        meta?.gbid,
        declaration?.content,
      ]);
      expect(listed).to.deep.equal([
        ['.left', 512n, undefined, undefined],
        ['one', 4096n, 'g1', undefined],
        ['two', 4096n, 'g2', 'g1'],
      ]);
      expect(await files.storageSize('left', call())).to.equal(512n);
    });

    it('lose one of two names, and never the only one', async () => {
      await subject.store('g1', 4096);
      await subject.store('other', 4096);
      await subject.nameAgain('g1', 'g2');
      expect(await faultOf(files.dropName('other', 'g1', call()))).to.equal('wrong-state');
      expect(await files.storageSize('other', call())).to.equal(4096n);
      await files.dropName('g1', 'g2', call());
      await files.dropName('g1', 'g2', call());
      expect(await files.storageSize('g1', call())).to.equal(undefined);
      expect(await faultOf(files.dropName('g2', 'g1', call()))).to.not.equal('none');
      expect(await files.storageSize('g2', call())).to.equal(4096n);
      await files.removeStorage('g2', call());
      expect(await files.storageSize('g2', call())).to.equal(undefined);
    });
  });
}

describe('files of gluster-block on a volume', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'exported-files-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('are quiet some minutes after gluster-block wrote of them', async () => {
    const { files, log } = byCommands(root);
    await log('one', META);
    expect(await files.isQuiet('one', call())).to.equal(false);
    const before = new Date(Date.now() - 11 * 60_000);
    await utimes(join(root, 'block-meta', 'one'), before, before);
    expect(await files.isQuiet('one', call())).to.equal(true);
  });

  it('leave nothing half written, and refuse what a newer gateway has written', async () => {
    const { files } = byCommands(root);
    const kept = join(root, '.gluster-csi', 'volumes');
    await files.declare('one', ONE, call());
    await files.declare('one', ONE, call()).catch(() => undefined);
    await files.redeclare('one', ONE, call());
    expect(await readdir(kept)).to.deep.equal(['one']);
    await writeFile(join(kept, 'one'), '{"v":2}\n');
    expect(await faultOf(files.list(call()))).to.equal('unreachable');
  });
});
