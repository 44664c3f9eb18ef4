import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { findMap, makeMap, removeMap, switchMap } from '../../src/host/device-map.ts';
import {
  ensureExport,
  type LioExport,
  removeBackstore,
  removeTarget,
  targetsNamed,
} from '../../src/host/lio.ts';
import { detachLoop } from '../../src/host/loop.ts';
import { command } from '../pool/lab/command.ts';
import { PATIENCE } from '../pool/lab/patience.ts';
import { until } from '../pool/lab/until.ts';
import { chapOf, Initiator } from './iscsi/initiator.ts';

const MIB = 1024n ** 2n;
const NAME = 'gluster-csi-lio-test';
const IMAGES = ['/tmp/lio-one.img', '/tmp/lio-two.img'];

/** LIO and device-mapper by their own interfaces, from nothing to nothing. */
describe('iscsi: a disk of this machine', function () {
  this.timeout(120_000 * PATIENCE);
  this.bail(true);
  const call = () => ({ id: 'test', signal: AbortSignal.timeout(60_000 * PATIENCE) });
  const loops: string[] = [];
  let initiator: Initiator;
  let wanted: LioExport;

  before(async () => {
    initiator = await Initiator.start();
    for (const image of IMAGES) {
      await command(['truncate', '-s', `${64n * MIB}`, image]);
      // Memory has no direct I/O.
      const made = await command(['losetup', '--find', '--show', '--sector-size', '4096', image]);
      loops.push(made.stdout.trim());
    }
    wanted = {
      name: NAME,
      iqn: `iqn.2026-11.org.gluster-csi:${NAME}`,
      device: `/dev/mapper/${NAME}`,
      serial: '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
      portals: ['127.0.0.1:3270'],
      acls: [{ initiator: initiator.name, readonly: false, chap: chapOf('one') }],
    };
  });
  after(async () => {
    await initiator?.stop();
    await removeTarget(wanted.iqn, call());
    await removeBackstore(NAME, call());
    await removeMap(NAME, call());
    for (const loop of loops) await detachLoop(loop);
    await command(['umount', '/sys/kernel/config']);
  });

  it('has a name only while it is there, and no map of nothing', async () => {
    expect(await findMap(NAME)).to.equal(undefined);
    expect(await refusalOf(makeMap(NAME, { device: loops[0] ?? '', bytes: 0n }, call()))).to.match(
      /has no bytes/,
    );
    await makeMap(NAME, { device: loops[0] ?? '', bytes: 64n * MIB }, call());
    expect(await findMap(NAME)).to.deep.equal({
      path: wanted.device,
      bytes: 64n * MIB,
      below: loops[0],
    });
  });

  it('is exported to one initiator with CHAP both ways, again without a word', async () => {
    await ensureExport(wanted, call());
    await ensureExport(wanted, call());
    const stranger = { ...wanted.acls[0], chap: { ...chapOf('one'), password: 'another-password' } };
    expect(await initiator.login(wanted, stranger.chap)).to.equal(24);
    const mutual = { username: 'target', password: 'not-the-targets-own' };
    expect(await initiator.login(wanted, { ...chapOf('one'), mutual })).to.equal(19);
    expect(await initiator.login(wanted, chapOf('one'))).to.equal(0);
    const disk = await initiator.disk(wanted, wanted.serial);
    await command(['dd', 'if=/dev/urandom', `of=${disk}`, 'bs=1M', 'count=2', 'oflag=direct']);
    await command(['cmp', '--bytes=2097152', disk, IMAGES[0] ?? '']);
  });

  it('is put on another device beneath its session, and grows', async () => {
    const disk = await initiator.disk(wanted, wanted.serial);
    await command(['cp', IMAGES[0] ?? '', IMAGES[1] ?? '']);
    await command(['truncate', '-s', `${96n * MIB}`, IMAGES[1] ?? '']);
    await command(['losetup', '--set-capacity', loops[1] ?? '']);
    const other = { device: loops[1] ?? '', bytes: 96n * MIB };
    const refuse = async () => {
      // Held by now: nobody else can have its path.
      expect((await command(['dmsetup', 'table', '--inactive', NAME])).stdout.trim()).not.to.equal('');
      throw new Error('mistaken');
    };
    expect(await refusalOf(switchMap(NAME, { ...other, confirm: refuse }, call()))).to.match(/mistaken/);
    expect((await command(['dmsetup', 'table', '--inactive', NAME])).stdout.trim()).to.equal('');
    expect((await findMap(NAME))?.below).to.equal(loops[0]);
    await switchMap(NAME, { ...other, confirm: async () => undefined }, call());
    expect((await findMap(NAME))?.below).to.equal(loops[1]);
    await command(['dd', 'if=/dev/urandom', `of=${disk}`, 'bs=1M', 'count=1', 'seek=4', 'oflag=direct']);
    const [one, two] = await Promise.all(IMAGES.map((image) => readFile(image)));
    expect(one?.subarray(4 << 20, 5 << 20).every((byte) => byte === 0)).to.equal(true);
    expect(two?.subarray(4 << 20, 5 << 20).every((byte) => byte === 0)).to.equal(false);
    await initiator.rescan();
    await until('the initiator sees it', async () => (await initiator.bytes(disk)) === 96n * MIB);
  });

  it('is read-only to who may only read, and gone from who may not', async () => {
    const disk = await initiator.disk(wanted, wanted.serial);
    await ensureExport({ ...wanted, acls: [] }, call());
    const refused = await command([
      'dd',
      'if=/dev/zero',
      `of=${disk}`,
      'bs=4k',
      'count=1',
      'oflag=direct',
    ]).then(
      () => 'written',
      () => 'refused',
    );
    expect(refused).to.equal('refused');
    await initiator.logout(wanted);
    await ensureExport({ ...wanted, acls: [{ initiator: initiator.name, readonly: true }] }, call());
    expect(await initiator.login(wanted, undefined)).to.equal(0);
    const again = await initiator.disk(wanted, wanted.serial);
    await until('read-only', async () => (await initiator.isReadonly(again)) === true);
    await initiator.logout(wanted);
  });

  it('leaves nothing', async () => {
    expect(await refusalOf(removeMap(NAME, call()))).to.match(/busy/i);
    for (const _again of [1, 2]) {
      await removeTarget(wanted.iqn, call());
      await removeBackstore(NAME, call());
    }
    await removeMap(NAME, call());
    await removeMap(NAME, call());
    expect(await targetsNamed(wanted.iqn, call())).to.deep.equal([]);
    const left = await command(['find', '/sys/kernel/config/target/core', '-name', NAME]);
    expect(left.stdout).to.equal('');
    expect(await findMap(NAME)).to.equal(undefined);
  });
});

function refusalOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing was refused',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
