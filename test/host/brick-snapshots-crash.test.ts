import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import { createStores, type Stores } from '../../src/gateway/bricks/create-brick-store.ts';
import { createFreezer } from '../../src/host/freeze.ts';
import { run } from '../../src/host/run.ts';
import { actInChild, RECORD, requestsOn, type SnapshotAct, smallBytes } from './brick-crash.ts';
import { copiesOf, requestOf } from './brick-snapshots-facts.ts';
import { makeOuterXfs, type OuterXfs, testCall } from './outer-xfs.ts';

/** No act has as many steps. */
const MOST_STEPS = 40;
const PROGRAM = './brick-snapshots-child.ts';
/** The watchdog thaws at once when its starter dies; bricks end themselves after 20 s. */
const THAWED_MS = 5_000;

describe('snapshots after kill -9', function () {
  this.timeout(400_000);
  let outer: OuterXfs;
  let stores: Stores;
  before(async () => {
    outer = await makeOuterXfs(2, 3 * 1024 ** 3);
    stores = await openStores();
    for (const device of outer.devices) await stores.bricks.addDevice(device, 'loop', testCall());
    await stores.bricks.reserve('t1', requestsOn(outer.root, smallBytes), testCall());
    await stores.bricks.use('v1', 't1', RECORD, testCall());
    for (const path of await pathsOf('v1')) await writeFile(join(path, 'file'), 'before');
  });
  after(() => outer[Symbol.asyncDispose]());

  async function openStores(): Promise<Stores> {
    return createStores({
      deviceRoots: [outer.root],
      freezer: createFreezer({ program: await ensureNative('freeze'), cgroups: undefined }),
      cleanBrick: await ensureNative('clean-brick'),
    });
  }

  const pathsOf = async (volume: string) =>
    (await stores.bricks.bricks(volume, testCall())).map(({ path }) => path);
  const states = async () =>
    (await stores.snapshots.find({ snapshot: 's1' }, testCall())).map(({ state }) => state);

  async function takeImages(token: string): Promise<void> {
    const { snapshots } = stores;
    await snapshots.prepare(token, [requestOf('s1')], testCall());
    await snapshots.freeze(token, 4, testCall());
    await snapshots.take(token, testCall());
    expect(await snapshots.thaw(token, testCall())).to.equal(true);
  }

  async function takeWhole(token: string): Promise<void> {
    await takeImages(token);
    await stores.snapshots.commit(token, Date.now(), testCall());
    expect(await states()).to.deep.equal(['taken', 'taken']);
  }

  async function removeSnapshot(): Promise<void> {
    await stores.snapshots.markDeleting('s1', testCall());
    await stores.snapshots.remove('s1', testCall());
  }

  async function removeClone(): Promise<void> {
    await stores.bricks.markDeleting('c1', testCall());
    await stores.bricks.remove('c1', testCall());
  }

  /** Nobody but the watchdog has done anything yet. In a process of its own: one that waits cannot be ended. */
  async function expectThawed(when: string): Promise<void> {
    for (const path of await pathsOf('v1')) {
      const { exitCode } = await run('touch', [join(path, 'probe')], { timeoutMs: THAWED_MS });
      expect(exitCode, when).to.equal(0);
    }
  }

  /** A command that the killed process had started may still end, and hold an image that is being removed. */
  async function expectNothingLeft(when: string, kept: readonly string[]): Promise<void> {
    for (let round = 0; round < 5 && (await outer.leftovers(kept)).length > 0; round += 1)
      await stores.bricks.mountAll(testCall());
    expect(await outer.leftovers(kept), when).to.deep.equal([]);
  }

  interface Trial {
    readonly act: SnapshotAct;
    readonly prepare?: () => Promise<void>;
    readonly recover: (step: number) => Promise<void>;
    /** Besides the volume. */
    readonly kept?: readonly string[];
  }

  /** Kills the act at its first step, its second, … until it comes through; recovers after each. Resolves with the steps. */
  async function crashAtEveryStep({ act, prepare, recover, kept = [] }: Trial): Promise<number> {
    for (let step = 1; step < MOST_STEPS; step += 1) {
      await prepare?.();
      const ended = await actInChild({ root: outer.root, program: PROGRAM, act, token: 'dead', step });
      const when = `after step ${step} of ${act}`;
      await expectThawed(when);
      stores = await openStores();
      expect(await stores.bricks.mountAll(testCall()), when).to.deep.equal([]);
      await recover(step);
      await expectNothingLeft(when, ['v1', ...kept]);
      if (ended === 'done') return step - 1;
    }
    throw new Error(`${act} has more than ${MOST_STEPS} steps`);
  }

  /** As a coordinator does with what a dead one left: one part that is taken proves the whole. */
  async function settle(): Promise<void> {
    if ((await states()).includes('taken')) await stores.snapshots.commit('dead', Date.now(), testCall());
    else {
      await stores.snapshots.forget('dead', testCall());
      expect(await states()).to.deep.equal([]);
      await takeWhole('alive');
    }
    expect(await states()).to.deep.equal(['taken', 'taken']);
  }

  async function copyAndRead(token: string): Promise<void> {
    await stores.bricks.reserve(token, copiesOf(requestsOn(outer.root, smallBytes), 'c1', 's1'), testCall());
    await stores.bricks.use('c1', token, RECORD, testCall());
    for (const path of await pathsOf('c1'))
      expect(await readFile(join(path, 'file'), 'utf8')).to.equal('before');
  }

  it('completes or takes anew what died at any step, and thaws', async () => {
    const steps = await crashAtEveryStep({
      act: 'take',
      recover: async () => {
        await settle();
        await removeSnapshot();
      },
    });
    expect(steps).to.be.greaterThan(8);
  });

  it('thaws and leaves nothing when killed at any moment', async () => {
    for (let afterMs = 100; afterMs <= 500; afterMs += 25) {
      const when = { root: outer.root, act: 'take', token: 'dead', step: 0, afterMs } as const;
      await actInChild({ ...when, program: PROGRAM });
      await expectThawed(`killed after ${afterMs} ms`);
      stores = await openStores();
      await settle();
      await removeSnapshot();
    }
    await expectNothingLeft('after all moments', ['v1']);
  });

  it('completes the forgetting of a snapshot that died at any step', async () => {
    const steps = await crashAtEveryStep({
      act: 'forget',
      prepare: () => takeImages('dead'),
      recover: async () => {
        await stores.snapshots.forget('dead', testCall());
        expect(await states()).to.deep.equal([]);
      },
    });
    expect(steps).to.be.greaterThan(4);
  });

  it('completes a deletion that died at any step, by the same call again', async () => {
    const steps = await crashAtEveryStep({
      act: 'delete',
      prepare: () => takeWhole('t2'),
      recover: async () => {
        await removeSnapshot();
        expect(await states()).to.deep.equal([]);
      },
    });
    expect(steps).to.be.greaterThan(6);
  });

  // Both bricks take each step, one after the other: so nearly every step is recovered from in both ways.
  it('undoes and makes anew, or completes by the same token, a copy that died at any step', async () => {
    await takeWhole('t2');
    const steps = await crashAtEveryStep({
      act: 'copy',
      recover: async (step) => {
        if (step % 2 === 1) await stores.bricks.undo('c1', 'dead', testCall());
        await copyAndRead(step % 2 === 1 ? 'alive' : 'dead');
        expect(await states()).to.deep.equal(['taken', 'taken']);
        await removeClone();
      },
      kept: ['s1'],
    });
    expect(steps).to.be.greaterThan(10);
    await removeSnapshot();
  });
});
