import { statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BrickStore } from '../../src/gateway/bricks/brick-store.ts';
import { createBrickStore, createStores } from '../../src/gateway/bricks/create-brick-store.ts';
import { readVolumes } from '../../src/gateway/bricks/lvm/groups.ts';
import { poolBytes, thinAccount } from '../../src/gateway/bricks/lvm/thin-size.ts';
import { readMounts } from '../../src/host/mountinfo.ts';
import { snapshotRequest } from '../host/take-snapshot.ts';
import { command } from '../pool/lab/command.ts';
import { PATIENCE } from '../pool/lab/patience.ts';
import { until } from '../pool/lab/until.ts';
import { type GuestDisks, groupsOn, makeGuestDisks, volumesOn } from './lvm/guest-disks.ts';
import { type Act, actInChild, GROWN, MIB, RECORD, requestOn, SMALL, VOLUME } from './lvm/store-acts.ts';

const DISK_BYTES = 4 * 1024 ** 3;
/** No act has as many steps. */
const MOST_STEPS = 40;

describe('lvm: thin bricks of one server', function () {
  this.timeout(400_000 * PATIENCE);
  let disks: GuestDisks;
  let disk: string;
  let mountRoot: string;
  let store: BrickStore;
  const call = () => ({ id: 'test', signal: AbortSignal.timeout(120_000 * PATIENCE) });
  const options = () => ({ deviceRoots: [], lvm: { disks: disks.paths, mountRoot } });
  const open = () => createBrickStore(options());

  before(async () => {
    disks = await makeGuestDisks(2, DISK_BYTES);
    [disk = ''] = disks.paths;
    mountRoot = join(disks.folder, 'lvm');
    store = open();
  });
  after(() => disks[Symbol.asyncDispose]());

  async function refusalOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'nothing was refused',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  }

  async function directory(): Promise<string> {
    const [device] = await store.devices(call());
    if (device === undefined) throw new Error('there is no device');
    return device.path;
  }

  async function mountsBelow(): Promise<readonly string[]> {
    return (await readMounts()).map(({ target }) => target).filter((one) => one.startsWith(`${mountRoot}/`));
  }

  async function reserveAndUse(): Promise<void> {
    await store.reserve('dead', [requestOn(await directory(), SMALL)], call());
    await store.use(VOLUME, 'dead', RECORD, call());
  }

  async function removeAll(): Promise<void> {
    await store.markDeleting(VOLUME, call());
    await store.remove(VOLUME, call());
    await store.mountAll(call());
  }

  async function expectServed(dataBytes: bigint): Promise<void> {
    const [brick] = await store.bricks(VOLUME, call());
    const { bavail, bsize } = await statfs(brick?.path ?? '', { bigint: true });
    expect(bavail * bsize >= dataBytes, `${bavail * bsize} of ${dataBytes}`).to.equal(true);
  }

  /** What a crash left in the trash goes behind the calls. */
  async function expectNothingLeft(when: string): Promise<void> {
    await until(`only records ${when}`, async () => (await volumesOn(disks.paths)).join() === 'records', {
      everyMs: 500,
    });
    expect(await mountsBelow(), when).to.have.length(1);
    const [device] = await store.devices(call());
    expect(device?.usedBytes, when).to.equal(0n);
  }

  /** Crashes the act at its first step, its second, … until it comes through; recovers after each. */
  async function crashAtEveryStep(act: Act, prepare: () => Promise<void>, recover: () => Promise<void>) {
    for (let step = 1; step < MOST_STEPS; step += 1) {
      await prepare();
      const ended = await actInChild(act, { disk, mountRoot, step });
      store = open();
      await recover();
      if (ended === 'done') return step - 1;
    }
    throw new Error(`${act} has more than ${MOST_STEPS} steps`);
  }

  it('refuses a disk that is not proved blank', async () => {
    const add = (path: string) => refusalOf(store.addDevice(path, 'lvm', call()));
    expect(await add('/dev/null')).to.match(/not named in this server's configuration/);
    await command(['mkfs.xfs', '-q', disk]);
    expect(await add(disk)).to.match(/is not blank, it holds xfs/);
    await command(['wipefs', '--all', '--quiet', disk]);
    expect(await add(disk)).to.match(/is not blank: not all is zero/);
    await command(['blkdiscard', '--zeroout', '--length', '1048576', disk]);
    await writeFile(disk, 'data', { flag: 'r+' });
    expect(await add(disk)).to.match(/not all is zero in the MiB at byte 0/);
    await command(['blkdiscard', '--zeroout', '--length', '1048576', disk]);
    expect(await groupsOn(disks.paths)).to.deep.equal([]);
  });

  it('completes an addition of a disk that died at any step', async () => {
    const steps = await crashAtEveryStep(
      'addDevice',
      async () => {},
      async () => {
        const again = await refusalOf(store.addDevice(disk, 'lvm', call()));
        expect(again).to.match(/nothing was refused|is a device already/);
        const [device] = await store.devices(call());
        expect(device).to.include({ source: disk, provisioner: 'lvm', state: 'enabled', bricks: 0 });
        await store.setDeviceState(disk, 'disabled', call());
        expect((await store.devices(call()))[0]?.state).to.equal('disabled');
        await store.removeDevice(disk, call());
        expect(await groupsOn(disks.paths)).to.deep.equal([]);
        expect(await mountsBelow()).to.deep.equal([]);
      },
    );
    expect(steps).to.equal(5);
  });

  describe('on a disk that is a device', () => {
    before(() => store.addDevice(disk, 'lvm', call()));
    after(() => store.removeDevice(disk, call()));

    it('promises what can be written, grows online and gives all back', async () => {
      const device = (await store.devices(call()))[0];
      await reserveAndUse();
      await expectServed(SMALL);
      const used = (await store.devices(call()))[0];
      expect((used?.freeBytes ?? 0n) < (device?.freeBytes ?? 0n)).to.equal(true);
      const [brick] = await store.bricks(VOLUME, call());
      await store.grow(VOLUME, () => GROWN, call());
      await expectServed(GROWN);
      const all = [
        'dd',
        'if=/dev/zero',
        `of=${brick?.path}/all`,
        'bs=1M',
        `count=${GROWN / MIB}`,
        'conv=fsync',
      ];
      await command(all);
      const tooMuch = requestOn(device?.path ?? '', (device?.totalBytes ?? 0n) - GROWN, 1);
      expect(await refusalOf(store.reserve('other', [tooMuch], call()))).to.match(/bytes free/);
      await removeAll();
      await expectNothingLeft('in the end');
    });

    it('gives a snapshot room for the size that its brick has once Gluster has taken it', async () => {
      const { bricks, snapshots } = createStores(options());
      await reserveAndUse();
      const { facts, bricks: parts } = snapshotRequest({ snapshot: 's1', volume: VOLUME, bricks: 1 });
      await snapshots.prepare('t', [{ facts: { ...facts, provisioner: 'lvm' }, bricks: parts }], call());
      await bricks.grow(VOLUME, () => GROWN, call());
      await snapshots.commit('t', 1_700_000_000_000, call());
      const [group = ''] = await groupsOn([disk]);
      const pool = (await readVolumes(group)).find(({ members }) => members === 1n);
      expect(pool?.bytes).to.equal(poolBytes([GROWN, GROWN].map(thinAccount)).data);
      await snapshots.markDeleting('s1', call());
      await snapshots.remove('s1', call());
      await removeAll();
      await expectNothingLeft('in the end');
    });

    it('mounts again what is not mounted, records first', async () => {
      await reserveAndUse();
      for (const target of (await mountsBelow()).toReversed()) await command(['umount', target]);
      await command(['lvm', 'vgchange', '--activate', 'n', ...(await groupsOn([disk]))]);
      store = open();
      expect(await store.mountAll(call())).to.deep.equal([]);
      await expectServed(SMALL);
      await removeAll();
      await expectNothingLeft('in the end');
    });

    it('completes or undoes a reservation that died at any step', async () => {
      let round = 0;
      const steps = await crashAtEveryStep(
        'reserve',
        async () => {},
        async () => {
          round += 1;
          if (round % 2 === 0) {
            expect(await store.mountAll(call())).to.deep.equal([]);
            await store.undo(VOLUME, 'dead', call());
          }
          await reserveAndUse();
          await expectServed(SMALL);
          await removeAll();
          await expectNothingLeft(`after step ${round} of reserve`);
        },
      );
      expect(steps).to.be.greaterThan(6);
    });

    it('completes a growth that died at any step', async () => {
      await crashAtEveryStep('grow', reserveAndUse, async () => {
        await store.grow(VOLUME, () => GROWN, call());
        await expectServed(GROWN);
        await removeAll();
        await expectNothingLeft('after a growth');
      });
    });

    it('completes a removal that died at any step', async () => {
      const steps = await crashAtEveryStep('remove', reserveAndUse, async () => {
        await removeAll();
        await expectNothingLeft('after a removal');
      });
      expect(steps).to.equal(2);
    });
  });
});
