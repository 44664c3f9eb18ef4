import { statfs } from 'node:fs/promises';
import { expect } from 'chai';
import type { BrickStore } from '../../src/gateway/bricks/brick-store.ts';
import { createBrickStore } from '../../src/gateway/bricks/create-brick-store.ts';
import { readMounts } from '../../src/host/mountinfo.ts';
import type { Act } from './brick-crash.ts';
import { actInChild, largeBytes, RECORD, requestsOn, smallBytes, VOLUME } from './brick-crash.ts';
import type { OuterXfs } from './outer-xfs.ts';
import { makeOuterXfs, testCall } from './outer-xfs.ts';

/** No act has as many steps. */
const MOST_STEPS = 60;

describe('brick store after kill -9', function () {
  this.timeout(240_000);
  let outer: OuterXfs;
  let store: BrickStore;
  before(async () => {
    outer = await makeOuterXfs(2, 3 * 1024 ** 3);
    store = createBrickStore({ deviceRoots: [outer.root] });
    for (const device of outer.devices) await store.addDevice(device, 'loop', testCall());
  });
  after(() => outer[Symbol.asyncDispose]());

  /** Crashes the act at its first step, its second, … until it comes through; recovers after each. */
  async function crashAtEveryStep(
    act: Act,
    prepare: () => Promise<void>,
    recover: (step: number) => Promise<void>,
  ) {
    for (let step = 1; step < MOST_STEPS; step += 1) {
      await prepare();
      const ended = await actInChild({ root: outer.root, act, token: 'dead', step });
      store = createBrickStore({ deviceRoots: [outer.root] });
      await recover(step);
      await expectNothingLeft(`after step ${step} of ${act}`);
      if (ended === 'done') return step - 1;
    }
    throw new Error(`${act} has more than ${MOST_STEPS} steps`);
  }

  /**
   * What the killed process had started ends on its own, and may attach or mount an image that is being removed:
   * that one stays in the trash for the next round of housekeeping.
   */
  async function expectNothingLeft(when: string) {
    for (let round = 0; round < 5 && (await outer.leftovers()).length > 0; round += 1) {
      await store.mountAll(testCall());
    }
    expect(await outer.leftovers(), when).to.deep.equal([]);
  }

  async function reserveAndUse() {
    await store.reserve('alive', requestsOn(outer.root, smallBytes), testCall());
    await store.use(VOLUME, 'alive', RECORD, testCall());
  }

  async function removeAll() {
    await store.markDeleting(VOLUME, testCall());
    await store.remove(VOLUME, testCall());
    await store.mountAll(testCall());
  }

  async function expectServed(dataBytes: bigint) {
    const bricks = await store.bricks(VOLUME, testCall());
    expect(bricks.map((brick) => brick.dataBytes)).to.deep.equal([dataBytes, dataBytes]);
    for (const { path } of bricks) {
      const { bavail, bsize } = await statfs(path, { bigint: true });
      expect(bavail * bsize >= dataBytes).to.equal(true);
    }
  }

  it('undoes a reservation that died at any step, and makes it anew', async () => {
    const steps = await crashAtEveryStep(
      'reserve',
      async () => {},
      async () => {
        expect(await store.mountAll(testCall())).to.deep.equal([]);
        await store.undo(VOLUME, 'dead', testCall());
        await reserveAndUse();
        await expectServed(smallBytes);
        await removeAll();
      },
    );
    expect(steps).to.be.greaterThan(10);
  });

  it('completes a reservation of the same token that died at any step', async () => {
    await crashAtEveryStep(
      'reserve',
      async () => {},
      async () => {
        await store.reserve('dead', requestsOn(outer.root, smallBytes), testCall());
        await store.use(VOLUME, 'dead', RECORD, testCall());
        await expectServed(smallBytes);
        await removeAll();
      },
    );
  });

  it('completes an undo that died at any step', async () => {
    const prepare = async () => {
      await store.reserve('dead', requestsOn(outer.root, smallBytes), testCall());
    };
    await crashAtEveryStep('undo', prepare, async () => {
      await store.undo(VOLUME, 'dead', testCall());
    });
  });

  it('completes a removal that died at any step, by the same call again', async () => {
    const steps = await crashAtEveryStep('remove', reserveAndUse, async () => {
      await store.markDeleting(VOLUME, testCall());
      await store.remove(VOLUME, testCall());
      await store.mountAll(testCall());
    });
    expect(steps).to.be.greaterThan(5);
  });

  it('completes a growth that died at any step, by the same call or by mountAll', async () => {
    for (const again of [
      () => store.grow(VOLUME, () => largeBytes, testCall()),
      () => store.mountAll(testCall()),
    ]) {
      await crashAtEveryStep('grow', reserveAndUse, async () => {
        await again();
        for (const brick of await store.bricks(VOLUME, testCall())) {
          const { bavail, bsize } = await statfs(brick.path, { bigint: true });
          expect(bavail * bsize >= brick.dataBytes).to.equal(true);
        }
        await store.grow(VOLUME, () => largeBytes, testCall());
        await expectServed(largeBytes);
        await removeAll();
      });
    }
  });

  it('mounts everything although mountAll itself died at any step', async () => {
    const prepare = async () => {
      await reserveAndUse();
      const inside = (await readMounts()).filter((mount) => mount.target.includes(`/${VOLUME}.0.`));
      const { command } = await import('./outer-xfs.ts');
      for (const { target } of inside) await command('umount', ['--detach-loop', target]);
    };
    await crashAtEveryStep('mountAll', prepare, async () => {
      expect(await store.mountAll(testCall())).to.deep.equal([]);
      await expectServed(smallBytes);
      await removeAll();
    });
  });

  it('leaves nothing when killed at any moment, its commands still running', async () => {
    for (let afterMs = 120; afterMs <= 420; afterMs += 20) {
      await actInChild({ root: outer.root, act: 'reserve', token: 'dead', step: 0, afterMs });
      store = createBrickStore({ deviceRoots: [outer.root] });
      await store.mountAll(testCall());
      await store.undo(VOLUME, 'dead', testCall());
      await reserveAndUse();
      await removeAll();
      await expectNothingLeft(`killed after ${afterMs} ms`);
    }
  });
});
