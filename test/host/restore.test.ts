import { open, readFile, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import { isFault } from '../../src/control/fault.ts';
import type { StoredBrick } from '../../src/gateway/bricks/brick-store.ts';
import { createStores, type Stores } from '../../src/gateway/bricks/create-brick-store.ts';
import { createFreezer } from '../../src/host/freeze.ts';
import { readMounts } from '../../src/host/mountinfo.ts';
import {
  type Act,
  actInChild,
  largeBytes,
  RECORD,
  requestsOn,
  SNAPSHOT,
  smallBytes,
  VOLUME,
} from './brick-crash.ts';
import { command, makeOuterXfs, type OuterXfs, testCall } from './outer-xfs.ts';
import { snapshotRequest, takeSnapshot } from './take-snapshot.ts';

/** A restore of two bricks has fewer. */
const MOST_STEPS = 80;
const REST = ['close', 'open', 'finish'] as const;

describe('restore of bricks on real file systems', function () {
  this.timeout(600_000);
  let outer: OuterXfs;
  let stores: Stores;
  let programs: { readonly freeze: string; readonly cleanBrick: string };
  before(async () => {
    programs = { freeze: await ensureNative('freeze'), cleanBrick: await ensureNative('clean-brick') };
  });
  beforeEach(async () => {
    outer = await makeOuterXfs(2, 3 * 1024 ** 3);
    stores = openStores();
    for (const device of outer.devices) await stores.bricks.addDevice(device, 'loop', testCall());
    await stores.bricks.reserve('t1', requestsOn(outer.root, smallBytes), testCall());
    await stores.bricks.use(VOLUME, 't1', RECORD, testCall());
    await writeContent('then');
    await takeSnapshot(stores, snapshotRequest({ snapshot: SNAPSHOT, volume: VOLUME, bricks: 2 }));
    await writeContent('now');
  });
  afterEach(() => outer[Symbol.asyncDispose]());

  function openStores(): Stores {
    return createStores({
      deviceRoots: [outer.root],
      freezer: createFreezer({ program: programs.freeze, cgroups: undefined }),
      cleanBrick: programs.cleanBrick,
    });
  }

  const bricks = () => stores.bricks.bricks(VOLUME, testCall());
  async function writeContent(text: string): Promise<void> {
    for (const { path } of await bricks()) await writeFile(join(path, 'file'), text);
  }
  async function content(): Promise<readonly string[]> {
    return Promise.all((await bricks()).map(({ path }) => readFile(join(path, 'file'), 'utf8')));
  }
  const step = (name: (typeof REST)[number] | 'undo', token = 'r1') =>
    stores.restores[name](VOLUME, token, testCall());
  const prepare = (token = 'r1') => stores.restores.prepare(VOLUME, SNAPSHOT, token, testCall());
  async function restore(token = 'r1'): Promise<void> {
    await prepare(token);
    for (const name of REST) await step(name, token);
  }
  const states = async () => (await bricks()).map((brick: StoredBrick) => brick.restore?.state);
  async function removeAll(): Promise<void> {
    await stores.bricks.markDeleting(VOLUME, testCall());
    await stores.bricks.remove(VOLUME, testCall());
    await stores.snapshots.markDeleting(SNAPSHOT, testCall());
    await stores.snapshots.remove(SNAPSHOT, testCall());
    // What a killed process had started may hold an image: it stays in the trash for the next round.
    for (let round = 0; round < 5; round += 1) {
      await stores.bricks.mountAll(testCall());
      if ((await outer.leftovers()).length === 0) return;
    }
    expect(await outer.leftovers()).to.deep.equal([]);
  }
  async function faultOf(work: Promise<unknown>): Promise<string> {
    try {
      await work;
    } catch (error) {
      if (isFault(error)) return `${error.kind}: ${error.message}`;
      throw error;
    }
    throw new Error('it succeeded');
  }

  it('gives the bricks the content of the snapshot, which stays and serves again', async () => {
    await restore();
    expect(await content()).to.deep.equal(['then', 'then']);
    expect(await states()).to.deep.equal([undefined, undefined]);
    await writeContent('later');
    await restore('r2');
    expect(await content()).to.deep.equal(['then', 'then']);
    expect((await stores.snapshots.find({ snapshot: SNAPSHOT }, testCall())).length).to.equal(2);
    await removeAll();
  });

  it('keeps the size that the bricks have grown to since', async () => {
    await stores.bricks.grow(VOLUME, () => largeBytes, testCall());
    await restore();
    for (const { path, dataBytes } of await bricks()) {
      expect(dataBytes).to.equal(largeBytes);
      const { bavail, bsize } = await statfs(path, { bigint: true });
      expect(bavail * bsize >= largeBytes).to.equal(true);
    }
    expect(await content()).to.deep.equal(['then', 'then']);
  });

  it('promises no more of the device than before', async () => {
    const used = async () => (await stores.bricks.devices(testCall())).map(({ usedBytes }) => usedBytes);
    const before = await used();
    await restore();
    expect(await used()).to.deep.equal(before);
  });

  it('closes no brick that a process has open, and leaves it as it was', async () => {
    await prepare();
    const [first] = await bricks();
    const holder = await open(join(first?.path ?? '', 'file'));
    try {
      expect(await faultOf(step('close'))).to.match(
        /^wrong-state: brick v1\.0\.0 is in use; stop its volume/,
      );
      await step('undo');
    } finally {
      await holder.close();
    }
    expect(await content()).to.deep.equal(['now', 'now']);
    await removeAll();
  });

  it('does no step before the one that it rests on, and nothing for another token', async () => {
    expect(await faultOf(stores.restores.prepare(VOLUME, 'no', 'r1', testCall()))).to.match(/^not-found/);
    await step('undo');
    await prepare();
    expect(await faultOf(prepare('r2'))).to.match(/^busy/);
    expect(await faultOf(step('open'))).to.match(/^wrong-state: .* is prepared, not closed yet/);
    expect(await faultOf(step('finish'))).to.match(/^wrong-state/);
    expect(await faultOf(stores.bricks.grow(VOLUME, () => largeBytes, testCall()))).to.match(/^busy/);
    await step('close', 'r2');
    expect(await states()).to.deep.equal(['prepared', 'prepared']);
    await step('close');
    expect(await content().catch(() => 'closed')).to.equal('closed');
    await step('open');
    expect(await faultOf(step('undo'))).to.match(/^wrong-state: .* is restored already/);
    await step('finish');
    expect(await content()).to.deep.equal(['then', 'then']);
  });

  it('leaves closed bricks unmounted at a boot, whatever else it mounts', async () => {
    await prepare();
    await step('close');
    stores = openStores();
    expect(await stores.bricks.mountAll(testCall())).to.deep.equal([]);
    const mounted = (await readMounts()).filter(({ target }) => target.includes(`/bricks/${VOLUME}.`));
    expect(mounted).to.deep.equal([]);
    for (const name of ['open', 'finish'] as const) await step(name);
    expect(await content()).to.deep.equal(['then', 'then']);
    await removeAll();
  });

  /** Crashes the act at its first step, its second, … until it comes through; resolves with the number of steps. */
  async function crashAtEveryStep(
    act: Act,
    ready: () => Promise<void>,
    recover: (step: number) => Promise<void>,
  ): Promise<number> {
    for (let at = 1; at < MOST_STEPS; at += 1) {
      await writeContent('now');
      await ready();
      const ended = await actInChild({ root: outer.root, act, token: 'dead', step: at });
      stores = openStores();
      await stores.bricks.mountAll(testCall());
      await recover(at);
      expect(await states(), `step ${at}`).to.deep.equal([undefined, undefined]);
      await expectOnlyBricks(`step ${at}`);
      if (ended === 'done') return at - 1;
    }
    throw new Error(`${act} has more than ${MOST_STEPS} steps`);
  }

  it('kill -9 of a restore at any step: it is completed once a brick is being opened, else undone', async () => {
    const steps = await crashAtEveryStep(
      'restore',
      async () => {},
      async (at) => {
        const found = await states();
        const isDecided = found.some((state) => state === 'opening' || state === 'open');
        const isOver = at > 1 && found.every((state) => state === undefined);
        for (const name of isDecided ? (['open', 'finish'] as const) : (['undo'] as const))
          await step(name, 'dead');
        const expected = isDecided || isOver ? 'then' : 'now';
        expect(await content(), `step ${at}: ${found}`).to.deep.equal([expected, expected]);
      },
    );
    expect(steps).to.be.greaterThan(20);
    await removeAll();
  });

  it('kill -9 of an undo at any step: the same call again ends it', async () => {
    const close = async () => {
      await prepare('dead');
      await step('close', 'dead');
    };
    const steps = await crashAtEveryStep('undo-restore', close, async (at) => {
      await step('undo', 'dead');
      expect(await content(), `step ${at}`).to.deep.equal(['now', 'now']);
    });
    expect(steps).to.be.greaterThan(8);
  });

  /** Each brick has its record, its image and its mount, and nothing beside them. */
  async function expectOnlyBricks(when: string): Promise<void> {
    for (const { device } of await bricks()) {
      const listed = await command('find', [
        join(device, 'bricks'),
        '-xdev',
        '-mindepth',
        '2',
        '-printf',
        '%f ',
      ]);
      expect(listed.trim().split(' ').sort(), when).to.deep.equal(['brick.json', 'fs', 'image.xfs']);
    }
  }
});
