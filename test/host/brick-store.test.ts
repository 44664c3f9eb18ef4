import { chmod, mkdir, readFile, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import type { BrickRequest } from '../../src/gateway/bricks/brick-store.ts';
import { createBrickStore } from '../../src/gateway/bricks/create-brick-store.ts';
import { RECORD } from './brick-crash.ts';
import type { OuterXfs } from './outer-xfs.ts';
import { command, makeOuterXfs, testCall } from './outer-xfs.ts';

const GIB = 1024n ** 3n;
const MIB = 1024n ** 2n;

describe('brick store on real file systems', function () {
  this.timeout(120_000);
  let outer: OuterXfs;
  beforeEach(async () => {
    outer = await makeOuterXfs(2, 3 * 1024 ** 3);
  });
  afterEach(() => outer[Symbol.asyncDispose]());

  async function openStore(provisioner: 'loop' | 'directory' = 'loop') {
    const store = createBrickStore({ deviceRoots: [outer.root] });
    for (const device of outer.devices) await store.addDevice(device, provisioner, testCall());
    return store;
  }

  function requests(volume: string, dataBytes: bigint, provisioner: 'loop' | 'directory' = 'loop') {
    return outer.devices.map(
      (device, brick): BrickRequest => ({ volume, subvol: 0, brick, device, provisioner, dataBytes }),
    );
  }

  it('takes a brick through its life and leaves nothing', async () => {
    const store = await openStore();
    const bricks = await store.reserve('t1', requests('v1', 100n * MIB), testCall());
    expect(bricks.map((brick) => brick.state)).to.deep.equal(['reserved', 'reserved']);
    for (const brick of bricks) {
      expect((await stat(brick.path)).isDirectory()).to.equal(true);
      const { bsize, bavail } = await statfs(brick.path, { bigint: true });
      expect(bsize * bavail >= 100n * MIB).to.equal(true);
    }
    expect(await store.reserve('t1', requests('v1', 100n * MIB), testCall())).to.deep.equal(bricks);

    await store.use('v1', 't1', RECORD, testCall());
    await store.use('v1', 't1', RECORD, testCall());
    await store.undo('v1', 't1', testCall());
    expect((await store.bricks('v1', testCall())).map((brick) => brick.state)).to.deep.equal([
      'used',
      'used',
    ]);
    await store.remove('v1', testCall());
    expect(await store.bricks('v1', testCall())).to.have.length(2);

    await store.markDeleting('v1', testCall());
    await store.remove('v1', testCall());
    await store.remove('v1', testCall());
    expect(await store.bricks(undefined, testCall())).to.deep.equal([]);
    for (const device of outer.devices) await store.removeDevice(device, testCall());
    expect(await outer.leftovers()).to.deep.equal([]);
  });

  it('gives each image 4096-byte sectors, extent hints, and no second copy in the page cache', async () => {
    const store = await openStore();
    await store.reserve('t1', requests('v1', GIB), testCall());
    const image = join(outer.devices[0] ?? '', 'bricks/v1.0.0/image.xfs');
    const [hint, cowHint, device] = await Promise.all([
      command('xfs_io', ['-c', 'extsize', image]),
      command('xfs_io', ['-c', 'cowextsize', image]),
      command('losetup', ['--associated', image, '--noheadings', '--list', '--output', 'LOG-SEC,DIO']),
    ]);
    expect(hint).to.contain('[1048576]');
    expect(cowHint).to.contain('[1048576]');
    expect(device.trim().split(/\s+/)).to.deep.equal(['4096', '1']);
  });

  it('refuses another token, and undoes only what its own token reserved', async () => {
    const store = await openStore();
    await store.reserve('t1', requests('v1', MIB), testCall());
    await expectFault('busy', () => store.reserve('t2', requests('v1', MIB), testCall()));
    await expectFault('busy', () => store.reserve('t1', requests('v1', 2n * GIB), testCall()));
    await store.undo('v1', 't2', testCall());
    expect(await store.bricks('v1', testCall())).to.have.length(2);
    await expectFault('not-found', () => store.use('v1', 't2', RECORD, testCall()));
    await store.undo('v1', 't1', testCall());
    await expectFault('not-found', () => store.use('v1', 't1', RECORD, testCall()));
    await store.reserve('t2', requests('v1', MIB), testCall());
    await store.undo('v1', 't2', testCall());
    await store.mountAll(testCall());
    expect(await outer.leftovers()).to.deep.equal([]);
  });

  it('makes all bricks or none, and says how much is free', async () => {
    const store = await openStore();
    const [first, second] = requests('v1', 100n * MIB);
    const tooLarge = { ...second, dataBytes: 3n * GIB } as BrickRequest;
    const fault = await expectFault('exhausted', () =>
      store.reserve('t1', [first as BrickRequest, tooLarge], testCall()),
    );
    expect(fault.message).to.match(/has \d+ bytes free, \d+ are needed/);
    expect(await outer.leftovers()).to.deep.equal([]);
  });

  it('counts promises, not what is written: parallel reservations never exceed a device', async () => {
    const store = await openStore();
    const device = outer.devices[0] ?? '';
    const asked = Array.from({ length: 12 }, (_, index) =>
      store.reserve(
        `t${index}`,
        [{ volume: `v${index}`, subvol: 0, brick: 0, device, provisioner: 'loop', dataBytes: 400n * MIB }],
        testCall(),
      ),
    );
    const ended = await Promise.allSettled(asked);
    const refused = ended.filter((one) => one.status === 'rejected');
    const [facts] = await store.devices(testCall());
    expect(ended.length - refused.length).to.equal(facts?.bricks);
    expect(facts?.usedBytes).to.equal(BigInt(facts?.bricks ?? 0) * 519n * MIB);
    expect((facts?.freeBytes ?? 0n) < 519n * MIB).to.equal(true);
    for (const one of refused) expect(isFault(one.reason, 'exhausted')).to.equal(true);
  });

  it('grows online, all or none, and a second time without harm', async () => {
    const store = await openStore();
    const [brick] = await store.reserve('t1', requests('v1', 500n * MIB), testCall());
    await store.use('v1', 't1', RECORD, testCall());
    await store.grow('v1', () => GIB, testCall());
    await store.grow('v1', () => GIB, testCall());
    const { bsize, bavail } = await statfs(brick?.path ?? '', { bigint: true });
    expect(bsize * bavail >= GIB).to.equal(true);
    const before = await store.bricks('v1', testCall());
    await expectFault('exhausted', () =>
      store.grow('v1', (one) => (one.brick === 1 ? 9n * GIB : 2n * GIB), testCall()),
    );
    await store.grow('v1', () => MIB, testCall());
    expect(await store.bricks('v1', testCall())).to.deep.equal(before);
  });

  it('keeps a copy of the record from use on, through a grow, and of one that it can read back', async () => {
    const store = await openStore();
    const records = async () => (await store.bricks('v1', testCall())).map(({ record }) => record);
    await store.reserve('t1', requests('v1', MIB), testCall());
    expect(await records()).to.deep.equal([undefined, undefined]);
    await store.setRecord('v1', RECORD, testCall());
    expect(await records()).to.deep.equal([undefined, undefined]);
    await store.use('v1', 't1', RECORD, testCall());
    await store.grow('v1', () => 2n * MIB, testCall());
    expect(await records()).to.deep.equal([RECORD, RECORD]);
    const other = `{"v":1,"metadata":{"k":"${'ü"'.repeat(900)}"}}`;
    await store.setRecord('v1', other, testCall());
    for (const bad of ['', 'ü'.repeat(2001)])
      await expectFault('invalid', () => store.setRecord('v1', bad, testCall()));
    const later = createBrickStore({ deviceRoots: [outer.root] });
    const found = await later.bricks('v1', testCall());
    expect(found.map(({ record, state, dataBytes }) => [record, state, dataBytes])).to.deep.equal([
      [other, 'used', 2n * MIB],
      [other, 'used', 2n * MIB],
    ]);
  });

  it('mounts after a reboot, and has no brick directory while it is not mounted', async () => {
    const store = await openStore();
    const bricks = await store.reserve('t1', requests('v1', MIB), testCall());
    await store.use('v1', 't1', RECORD, testCall());
    for (const brick of bricks) {
      await writeFile(join(brick.path, 'data'), 'kept');
      await command('umount', [join(brick.path, '..')]);
      expect(await stat(brick.path).catch(() => 'absent')).to.equal('absent');
    }
    const later = createBrickStore({ deviceRoots: [outer.root] });
    expect(await later.mountAll(testCall())).to.deep.equal([]);
    expect(await later.mountAll(testCall())).to.deep.equal([]);
    for (const brick of bricks) expect(await readFile(join(brick.path, 'data'), 'utf8')).to.equal('kept');
    await later.markDeleting('v1', testCall());
    await later.remove('v1', testCall());
    await later.mountAll(testCall());
    expect(await outer.leftovers()).to.deep.equal([]);
  });

  it('reports a damaged, newer or imageless brick, deletes nothing of it, and serves the others', async () => {
    const store = await openStore();
    await store.reserve('t1', requests('v1', MIB), testCall());
    await store.use('v1', 't1', RECORD, testCall());
    const [first, second] = outer.devices.map((device, index) => join(device, `bricks/v1.0.${index}`));
    await writeFile(join(first ?? '', 'brick.json'), '{"v":2}');
    await command('umount', [join(second ?? '', 'fs')]);
    await rm(join(second ?? '', 'image.xfs'));
    const failed = await createBrickStore({ deviceRoots: [outer.root] }).mountAll(testCall());
    const reasons = failed.map(({ reason }) => reason).sort();
    expect(reasons[0]).to.match(/brick\.json has format 2, this gateway knows 1; upgrade it/);
    expect(reasons[1]).to.match(/image\.xfs is missing/);
    expect((await stat(join(first ?? '', 'image.xfs'))).isFile()).to.equal(true);
    await expectFault('wrong-state', () => store.markDeleting('v1', testCall()));
    await expectFault('wrong-state', () => store.reserve('t2', requests('v1', MIB), testCall()));
    expect(await store.bricks(undefined, testCall())).to.have.length(1);
    await expectFault('wrong-state', () => store.removeDevice(outer.devices[0] ?? '', testCall()));
  });

  it('keeps an image that a process still holds, and removes it later', async () => {
    const store = await openStore();
    const [brick] = await store.reserve('t1', requests('v1', MIB), testCall());
    const { spawn } = await import('node:child_process');
    const holder = spawn('sleep', ['60'], { cwd: brick?.path, stdio: 'ignore' });
    try {
      await store.undo('v1', 't1', testCall());
      expect(await store.bricks('v1', testCall())).to.deep.equal([]);
      const inTrash = (await outer.leftovers()).filter((path) => path.includes('/trash/'));
      expect(inTrash).to.have.length.greaterThan(0);
    } finally {
      holder.kill('SIGKILL');
    }
    await new Promise((resolve) => holder.once('exit', resolve));
    expect(await createBrickStore({ deviceRoots: [outer.root] }).mountAll(testCall())).to.deep.equal([]);
    expect(await outer.leftovers()).to.deep.equal([]);
  });

  it('removes directory bricks without following links or entering mounts', async () => {
    const store = await openStore('directory');
    const bricks = await store.reserve('t1', requests('v1', MIB, 'directory'), testCall());
    const victim = join(outer.root, '..', 'victim');
    await mkdir(victim);
    await writeFile(join(victim, 'file'), 'precious');
    const [first, second] = bricks.map((brick) => brick.path);
    await symlink(victim, join(first ?? '', 'link'));
    // A bind of the brick's own file system: the device number does not tell.
    const [own = ''] = outer.devices.slice(1);
    await mkdir(join(own, 'own'));
    await writeFile(join(own, 'own/file'), 'precious');
    await mkdir(join(second ?? '', 'mnt'));
    await command('mount', ['--bind', join(own, 'own'), join(second ?? '', 'mnt')]);
    await store.undo('v1', 't1', testCall());
    await store.mountAll(testCall());
    expect(await readFile(join(victim, 'file'), 'utf8')).to.equal('precious');
    expect(await readFile(join(own, 'own/file'), 'utf8')).to.equal('precious');
    expect((await outer.leftovers()).every((path) => path.includes('/trash/'))).to.equal(true);
  });

  it('accepts as devices only directories of root’s own below the roots, empty, on a reflink XFS', async () => {
    const store = createBrickStore({ deviceRoots: [outer.root] });
    const [device, other] = outer.devices as [string, string];
    const add = (path: string) => store.addDevice(path, 'loop', testCall());
    for (const path of [
      '/',
      '/etc',
      `${device}/../..`,
      `${device}/deep`,
      'relative',
      `${device}/`,
      `${outer.root}/.x`,
    ])
      await expectFault('invalid', () => add(path));
    await expectFault('invalid', () => add(join(outer.root, 'absent')));
    await symlink(device, join(outer.root, 'link'));
    await expectFault('invalid', () => add(join(outer.root, 'link')));
    await writeFile(join(device, 'foreign'), '');
    await expectFault('invalid', () => add(device));
    await rm(join(device, 'foreign'));
    await chmod(device, 0o777);
    await expectFault('invalid', () => add(device));
    await chmod(device, 0o755);
    await mkdir(join(outer.root, 'plain'));
    await expectFault('invalid', () => add(join(outer.root, 'plain')));
    expect((await add(device)).state).to.equal('enabled');
    await expectFault('conflict', () => add(device));
    await store.setDeviceState(device, 'disabled', testCall());
    await expectFault('wrong-state', () => store.reserve('t', requests('v', MIB).slice(0, 1), testCall()));
    await expectFault('not-found', () => store.removeDevice(other, testCall()));
    await store.removeDevice(device, testCall());
    expect((await add(device)).state).to.equal('enabled');
  });
});

async function expectFault(kind: Parameters<typeof isFault>[1] & string, act: () => Promise<unknown>) {
  try {
    await act();
  } catch (error) {
    if (isFault(error, kind)) return error;
    throw error;
  }
  throw new Error(`nothing was thrown, ${kind} was expected`);
}
