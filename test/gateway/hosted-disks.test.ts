import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Fault, isFault } from '../../src/control/fault.ts';
import { BLOCK_BYTES } from '../../src/gateway/block/brick-files.ts';
import type { HostedDisks } from '../../src/gateway/block/hosting-mounts.ts';
import type { Kept } from '../../src/gateway/block/kept.ts';
import { mountedDisks } from '../../src/gateway/block/mounted-disks.ts';
import { call } from '../fakes/accidents.ts';
import { MemoryPool } from '../fakes/memory-gluster.ts';
import { MemoryHosting } from '../fakes/memory-hosting.ts';

const ONE = { name: 'one', size: 1_048_577n };

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
  describe(`disks of a hosting volume ${kind}`, () => {
    let root: string;
    let disks: HostedDisks;
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'hosted-disks-'));
      disks = kind === 'by commands' ? mountedDisks(root) : new MemoryHosting(new MemoryPool()).disks('h');
    });
    afterEach(() => rm(root, { recursive: true }));

    it('are made once, found and listed in order of name', async () => {
      expect((await disks.list(call())).disks).to.deep.equal([]);
      expect(await disks.find('one', call())).to.equal(undefined);
      await disks.make({ name: 'two', size: 1n }, call());
      await disks.make(ONE, call());
      expect(await disks.find('one', call())).to.deep.equal(ONE);
      expect((await disks.list(call())).disks).to.deep.equal([ONE, { name: 'two', size: 1n }]);
      expect(await faultOf(disks.make({ ...ONE, size: 5n }, call()))).to.equal('conflict');
      expect(await disks.find('one', call())).to.deep.equal(ONE);
    });

    it('grow and never shrink', async () => {
      await disks.make(ONE, call());
      await disks.grow({ ...ONE, size: 2n ** 33n }, call());
      await disks.grow(ONE, call());
      expect((await disks.find('one', call()))?.size).to.equal(2n ** 33n);
      expect(await faultOf(disks.grow({ name: 'none', size: 1n }, call()))).to.equal('not-found');
    });

    it('have doors, which lead to the same file until they are closed or it is removed', async () => {
      const [one, other] = ['0000000001', '0000000002'];
      expect(await disks.doors('one', call())).to.deep.equal([]);
      expect(await faultOf(disks.openDoor('one', one, call()))).to.equal('not-found');
      expect((await disks.list(call())).disks).to.deep.equal([]);
      await disks.make(ONE, call());
      for (const door of [other, one, one]) await disks.openDoor('one', door, call());
      expect(await disks.doors('one', call())).to.deep.equal([one, other]);
      if (kind === 'by commands') {
        const inodes = ['one', `one/${one}`].map(async (path) => (await stat(join(root, path, 'disk'))).ino);
        expect(new Set(await Promise.all(inodes)).size).to.equal(1);
        await writeFile(join(root, `one/${one}/more`), 'a node left this');
      }
      await disks.closeDoors('one', [], call());
      expect(await disks.doors('one', call())).to.deep.equal([one, other]);
      for (const _ of [1, 2]) await disks.closeDoors('one', [one], call());
      expect(await disks.doors('one', call())).to.deep.equal([other]);
      expect([await disks.find('one', call()), (await disks.list(call())).disks]).to.deep.equal([ONE, [ONE]]);
      await disks.remove('one', call());
      await disks.make(ONE, call());
      expect(await disks.doors('one', call())).to.deep.equal([]);
    });

    if (kind === 'by commands') {
      it('are not published again by a door in which a node has replaced them', async () => {
        const door = '0000000001';
        await disks.make(ONE, call());
        await disks.openDoor('one', door, call());
        await writeFile(join(root, `one/${door}/copy`), 'of the node');
        await rename(join(root, `one/${door}/copy`), join(root, `one/${door}/disk`));
        expect(await faultOf(disks.openDoor('one', door, call()))).to.equal('wrong-state');
        expect(await readFile(join(root, `one/${door}/disk`), 'utf8')).to.equal('of the node');
      });
    }

    it('keep metadata until they are removed, which may be repeated', async () => {
      await disks.make(ONE, call());
      expect(await disks.metadata('one', call())).to.equal(undefined);
      const metadata = { 'a key': 'a "value"\u2028' };
      await disks.keep('one', { state: 'whole', metadata: { first: 'one' } }, call());
      await disks.keep('one', { state: 'whole', metadata }, call());
      expect(await disks.metadata('one', call())).to.deep.equal(metadata);
      await disks.remove('one', call());
      await disks.remove('one', call());
      expect([await disks.find('one', call()), await disks.metadata('one', call())]).to.deep.equal([
        undefined,
        undefined,
      ]);
      await disks.make(ONE, call());
      expect(await disks.metadata('one', call())).to.equal(undefined);
    });

    it('have one thing kept of them at a time, which the first who claims it says', async () => {
      const whole: Kept = { state: 'whole', metadata: { a: 'b' } };
      const going: Kept[] = [
        { state: 'deleting', since: 5, metadata: { a: 'b' } },
        { state: 'taken-back', since: 5 },
      ];
      expect(await disks.kept('one', call())).to.equal(undefined);
      expect(await disks.claim('one', whole, call())).to.equal(true);
      for (const other of going) {
        expect(await disks.claim('one', other, call())).to.equal(false);
        expect(await disks.kept('one', call())).to.deep.equal(whole);
      }
      for (const other of going) {
        await disks.keep('one', other, call());
        expect(await disks.kept('one', call())).to.deep.equal(other);
      }
      expect(await disks.metadata('one', call())).to.equal(undefined);
      await disks.keep('one', undefined, call());
      expect(await disks.kept('one', call())).to.equal(undefined);
      const claims = await Promise.all(going.map((other) => disks.claim('one', other, call())));
      expect(claims.toSorted()).to.deep.equal([false, true]);
    });

    it('have snapshots, which are made whole or not at all, and removed', async () => {
      const { snapshots } = disks;
      const facts = {
        volume: 'one',
        size: 5n,
        createdAt: 7,
        metadata: { a: '"b"' },
        brick: '/b',
        settled: 0n,
      };
      const make = (name: string, copy = async () => ({ ...facts, name })) =>
        snapshots.make(name, 5n, copy, call());
      expect([await snapshots.list(call()), await snapshots.find('s1', call())]).to.deep.equal([
        [],
        undefined,
      ]);
      const failed = make('s1', () => Promise.reject(new Fault('busy', 'no')));
      expect(await faultOf(failed)).to.equal('busy');
      expect(await snapshots.find('s1', call())).to.equal(undefined);
      await make('s2');
      await make('s1');
      expect(await faultOf(make('s1'))).to.equal('conflict');
      await snapshots.keep({ ...facts, name: 's1', settled: 5n }, call());
      expect(await snapshots.list(call())).to.deep.equal([
        { ...facts, name: 's1', settled: 5n },
        { ...facts, name: 's2' },
      ]);
      expect((await disks.list(call())).disks).to.deep.equal([]);
      for (const _ of [1, 2]) await snapshots.remove('s1', call());
      expect(await snapshots.find('s1', call())).to.equal(undefined);
      expect((await snapshots.find('s2', call()))?.name).to.equal('s2');
    });

    it('begin with what fills them, and grow then', async () => {
      const asked: string[] = [];
      const from = async (path: string) => {
        asked.push(path);
      };
      await disks.make({ name: 'one', size: 9n }, call(), { size: 4n, from });
      expect(await disks.find('one', call())).to.deep.equal({ name: 'one', size: 9n });
      expect(asked).to.have.length(1);
      expect(asked[0]).to.match(/^\.gluster-csi\/making\/[^/]+\/disk$/);
    });

    it('tell the size of what they lie on', async () => {
      expect(Number(await disks.totalBytes(call()))).to.be.greaterThan(0);
    });
  });
}

describe('disks of a hosting volume by commands', () => {
  let root: string;
  let disks: HostedDisks;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'hosted-disks-'));
    disks = mountedDisks(root);
  });
  afterEach(() => rm(root, { recursive: true }));

  it('are sparse, and nothing of a make or a removal is left', async () => {
    await disks.make({ name: 'one', size: 2n ** 40n }, call());
    expect((await stat(join(root, 'one/disk'))).blocks).to.equal(0);
    await disks.remove('one', call());
    expect(await readdir(root)).to.deep.equal(['.gluster-csi']);
    for (const folder of ['making', 'trash'])
      expect(await readdir(join(root, '.gluster-csi', folder))).to.deep.equal([]);
  });

  it('have blocks written over from a file, and no file made anew for that', async () => {
    const facts = { volume: 'one', size: 1n, createdAt: 7, metadata: {}, brick: '/b', settled: 0n };
    await disks.snapshots.make('s1', 1_000_000n, async () => ({ ...facts, name: 's1' }), call());
    const from = join(root, 'other');
    await writeFile(from, Buffer.alloc(1_000_000, 7));
    const path = '.gluster-csi/snapshots/s1/disk';
    await disks.snapshots.overwrite({ path, from }, [3, 1], call());
    const written = await readFile(join(root, path));
    const filled = Array.from({ length: 4 }, (_, block) => written[block * BLOCK_BYTES]);
    expect([written.length, filled]).to.deep.equal([1_000_000, [0, 7, 0, 7]]);
    await disks.snapshots.remove('s1', call());
    expect(await faultOf(disks.snapshots.overwrite({ path, from }, [1], call()))).to.equal('unreachable');
  });

  it('are none that a node has put another thing in the place of', async () => {
    await mkdir(join(root, 'linked'));
    await symlink('/etc/hostname', join(root, 'linked/disk'));
    await mkdir(join(root, 'folder/disk'), { recursive: true });
    await writeFile(join(root, 'stray'), '');
    expect((await disks.list(call())).disks).to.deep.equal([]);
    expect(await faultOf(disks.grow({ name: 'linked', size: 1n }, call()))).to.equal('not-found');
  });

  it('take the place of a directory that has lost its file', async () => {
    await mkdir(join(root, 'one'));
    await disks.make(ONE, call());
    expect(await disks.find('one', call())).to.deep.equal(ONE);
  });

  it('sweep what others have begun to make an hour ago, and nothing younger', async () => {
    const making = join(root, '.gluster-csi/making');
    await mkdir(join(making, 'old'), { recursive: true });
    await mkdir(join(making, 'young'));
    const longAgo = Date.now() / 1000 - 2 * 3600;
    await utimes(join(making, 'old'), longAgo, longAgo);
    await disks.make(ONE, call());
    expect(await readdir(making)).to.deep.equal(['young']);
  });

  it('have no metadata that another has written in their place', async () => {
    await disks.make(ONE, call());
    await disks.keep('one', { state: 'whole', metadata: {} }, call());
    for (const text of ['', 'x', '{"v":2,"metadata":{}}', '{"v":1}', '{"v":2,"takenBack":1}']) {
      await writeFile(join(root, '.gluster-csi/volumes/one'), text);
      expect(await faultOf(disks.metadata('one', call())), text).to.equal('unreachable');
    }
    await truncate(join(root, '.gluster-csi/volumes/one'), 100 * 1024);
    expect(await faultOf(disks.metadata('one', call()))).to.equal('unreachable');
  });
});
