import { readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import { isFault } from '../../src/control/fault.ts';
import { createStores, type Stores } from '../../src/gateway/bricks/create-brick-store.ts';
import { createFreezer } from '../../src/host/freeze.ts';
import { run } from '../../src/host/run.ts';
import { RECORD, requestsOn, smallBytes } from './brick-crash.ts';
import { copiesOf, requestOf } from './brick-snapshots-facts.ts';
import { makeOuterXfs, type OuterXfs, testCall } from './outer-xfs.ts';

const CONTENT = 'x'.repeat(1024 ** 2);
const STEPS = ['image', 'copy', 'mount', 'clean'] as const;

/** The account keeps a device from filling up, but not what others put there. */
describe('a device that others fill while a snapshot or a clone is made', function () {
  this.timeout(240_000);
  let outer: OuterXfs;
  let fillAt: string | undefined;
  let stores: Stores;
  beforeEach(async () => {
    fillAt = undefined;
    outer = await makeOuterXfs(2, 2 * 1024 ** 3);
    stores = createStores({
      deviceRoots: [outer.root],
      freezer: createFreezer({ program: await ensureNative('freeze'), cgroups: undefined }),
      cleanBrick: await ensureNative('clean-brick'),
      onStep: async (name) => {
        if (name === fillAt) await Promise.all(outer.devices.map(fill));
      },
    });
    for (const device of outer.devices) await stores.bricks.addDevice(device, 'loop', testCall());
    await stores.bricks.reserve('t1', requestsOn(outer.root, smallBytes), testCall());
    await stores.bricks.use('v1', 't1', RECORD, testCall());
    for (const path of await pathsOf('v1')) await writeFile(join(path, 'file'), CONTENT, { flush: true });
  });
  afterEach(() => outer[Symbol.asyncDispose]());

  const pathsOf = async (volume: string) =>
    (await stores.bricks.bricks(volume, testCall())).map(({ path }) => path);

  /** Until a block more is refused. */
  async function fill(device: string): Promise<void> {
    const file = join(device, 'foreign');
    const { bavail, bsize } = await statfs(device);
    await run('fallocate', ['--length', String(bavail * bsize - 4 * CONTENT.length), file], {
      timeoutMs: 20_000,
    });
    const args = ['if=/dev/zero', `of=${file}`, 'bs=4096', 'oflag=append', 'conv=notrunc,fsync'];
    expect((await run('dd', args, { timeoutMs: 60_000 })).stderr).to.contain('No space left');
  }

  async function empty(): Promise<void> {
    fillAt = undefined;
    for (const device of outer.devices) await rm(join(device, 'foreign'), { force: true });
  }

  async function take(token: string): Promise<void> {
    const { snapshots } = stores;
    await snapshots.prepare(token, [requestOf('s1')], testCall());
    await snapshots.freeze(token, 4, testCall());
    await snapshots.take(token, testCall());
    expect(await snapshots.thaw(token, testCall())).to.equal(true);
    await snapshots.commit(token, Date.now(), testCall());
  }

  /** Undefined when it succeeded. */
  const faultKind = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => (isFault(error) ? error.kind : String(error)),
    );

  const copy = (token: string) =>
    stores.bricks.reserve(token, copiesOf(requestsOn(outer.root, smallBytes), 'c1', 's1'), testCall());

  for (const step of STEPS) {
    it(`a clone, full at its step "${step}": it is whole, or says why and leaves nothing; the retry makes it`, async () => {
      await take('t2');
      fillAt = step;
      const kind = await faultKind(copy('t3'));
      expect(kind).to.be.oneOf([undefined, 'exhausted', 'unreachable']);
      await empty();
      if (kind !== undefined) expect(await outer.leftovers(['v1', 's1'])).to.deep.equal([]);
      await copy('t3');
      for (const path of await pathsOf('c1'))
        expect((await readFile(join(path, 'file'), 'utf8')) === CONTENT).to.equal(true);
    });
  }

  it('a snapshot, full while its bricks stand still: they are thawed, nothing is left, the retry takes it', async () => {
    fillAt = 'frozen';
    const kind = await faultKind(take('t2'));
    await stores.snapshots.forget('t2', testCall());
    expect(kind).to.be.oneOf([undefined, 'exhausted']);
    await empty();
    expect(await outer.leftovers(kind === undefined ? ['v1', 's1'] : ['v1'])).to.deep.equal([]);
    for (const path of await pathsOf('v1')) await writeFile(join(path, 'probe'), '', { flush: true });
    if (kind !== undefined) await take('t4');
    expect((await stores.snapshots.find({}, testCall())).map(({ state }) => state)).to.deep.equal([
      'taken',
      'taken',
    ]);
  });
});
