import { readFile, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import { isFault } from '../../src/control/fault.ts';
import { createStores, type Stores } from '../../src/gateway/bricks/create-brick-store.ts';
import { createFreezer } from '../../src/host/freeze.ts';
import { faultOf } from '../fakes/accidents.ts';
import { RECORD } from './brick-crash.ts';
import { copiesOf, requestOf } from './brick-snapshots-facts.ts';
import type { OuterXfs } from './outer-xfs.ts';
import { command, makeOuterXfs, testCall } from './outer-xfs.ts';

const MIB = 1024n ** 2n;
const GFID = 'aabbccdd-0000-4000-8000-000000000001';

describe('snapshots of bricks on real file systems', function () {
  this.timeout(120_000);
  let outer: OuterXfs;
  let stores: Stores;
  let programs: { readonly freeze: string; readonly cleanBrick: string };
  before(async () => {
    programs = { freeze: await ensureNative('freeze'), cleanBrick: await ensureNative('clean-brick') };
  });
  beforeEach(async () => {
    outer = await makeOuterXfs(2, 6 * 1024 ** 3);
    stores = openStores();
    for (const device of outer.devices) await stores.bricks.addDevice(device, 'loop', testCall());
    await stores.bricks.reserve('t1', bricksOf(100n * MIB), testCall());
    await stores.bricks.use('v1', 't1', RECORD, testCall());
  });
  afterEach(() => outer[Symbol.asyncDispose]());

  function openStores(): Stores {
    const freezer = createFreezer({ program: programs.freeze, cgroups: undefined });
    return createStores({ deviceRoots: [outer.root], freezer, cleanBrick: programs.cleanBrick });
  }

  function bricksOf(dataBytes: bigint) {
    return outer.devices.map((device, brick) => ({
      volume: 'v1',
      subvol: 0,
      brick,
      device,
      provisioner: 'loop' as const,
      dataBytes,
    }));
  }

  const brickPath = (volume: string, brick: number) =>
    join(outer.devices[brick] ?? '', `bricks/${volume}.0.${brick}/fs/brick`);

  async function take(snapshot: string, token = 't2'): Promise<void> {
    const { snapshots } = stores;
    await snapshots.prepare(token, [requestOf(snapshot)], testCall());
    await snapshots.freeze(token, 3, testCall());
    await snapshots.take(token, testCall());
    expect(await snapshots.thaw(token, testCall())).to.equal(true);
    await snapshots.commit(token, 1_700_000_000_123, testCall());
  }

  async function freeBytes(): Promise<readonly bigint[]> {
    return (await stores.bricks.devices(testCall())).map((device) => device.freeBytes);
  }

  it('keeps what was there in the frozen moment, gives it to a larger copy, and outlives its source', async () => {
    await writeFile(join(brickPath('v1', 0), 'file'), 'before');
    await take('s1');
    await writeFile(join(brickPath('v1', 0), 'file'), 'after');
    const [found] = await stores.snapshots.find({ snapshot: 's1' }, testCall());
    expect([found?.state, found?.createdAt, found?.capacity]).to.deep.equal([
      'taken',
      1_700_000_000_123,
      100n * MIB,
    ]);
    await stores.bricks.markDeleting('v1', testCall());
    await stores.bricks.remove('v1', testCall());

    await stores.bricks.reserve('t3', copiesOf(bricksOf(400n * MIB), 'c1', 's1'), testCall());
    await stores.bricks.use('c1', 't3', RECORD, testCall());
    expect(await readFile(join(brickPath('c1', 0), 'file'), 'utf8')).to.equal('before');
    const { bavail, bsize } = await statfs(brickPath('c1', 0), { bigint: true });
    expect(bavail * bsize >= 400n * MIB - MIB).to.equal(true);

    await stores.snapshots.markDeleting('s1', testCall());
    await stores.snapshots.remove('s1', testCall());
    expect(await readFile(join(brickPath('c1', 0), 'file'), 'utf8')).to.equal('before');
    await stores.bricks.markDeleting('c1', testCall());
    await stores.bricks.remove('c1', testCall());
    expect(await outer.leftovers()).to.deep.equal([]);
  });

  it('translates the marks of replication in the copy, and takes its volume’s off its root', async () => {
    const brick = brickPath('v1', 0);
    const gfidPath = join(brick, '.glusterfs/aa/bb', GFID);
    const index = join(brick, '.glusterfs/indices/xattrop');
    await command('mkdir', ['-p', join(brick, '.glusterfs/aa/bb'), index]);
    await writeFile(join(brick, 'blamed'), 'x');
    await command('ln', [join(brick, 'blamed'), gfidPath]);
    await command('touch', [join(index, 'xattrop-base')]);
    await command('ln', [join(index, 'xattrop-base'), join(index, GFID)]);
    for (const [name, value, path] of [
      ['trusted.afr.v1-client-1', '0x000000010000000000000000', gfidPath],
      ['trusted.afr.v11-client-1', '0x000000020000000000000000', gfidPath],
      ['trusted.glusterfs.volume-id', '0x01', brick],
      ['trusted.gfid', '0x02', brick],
    ] as const)
      await command('setfattr', ['-n', name, '-v', value, path]);
    await take('s1');
    await stores.bricks.reserve('t3', copiesOf(bricksOf(100n * MIB), 'c1', 's1'), testCall());
    const dump = (path: string) =>
      command('getfattr', ['--absolute-names', '-d', '-m', '.', '-e', 'hex', path]);
    const marks = await dump(join(brickPath('c1', 0), 'blamed'));
    expect(marks).to.contain('trusted.afr.c1-client-1=0x000000010000000000000000');
    expect(marks).to.contain('trusted.afr.v11-client-1=');
    expect(marks).not.to.contain('trusted.afr.v1-client-1');
    expect(await dump(brickPath('c1', 0))).not.to.match(/volume-id|trusted\.gfid/);
    expect(await dump(brick)).to.contain('trusted.glusterfs.volume-id');
  });

  it('takes out of the copy what a heal holds between two directories: names and handles of directories, no content', async () => {
    const brick = brickPath('v1', 0);
    const held = '.glusterfs-anonymous-inode-5f1f2a3e-0000-4000-8000-000000000000';
    const handles = join(brick, '.glusterfs/aa/bb');
    await command('mkdir', ['-p', handles, join(brick, held, 'moved/below')]);
    await writeFile(join(brick, held, 'moved/below/file'), 'kept');
    await command('ln', [join(brick, held, 'moved/below/file'), join(handles, 'file')]);
    for (const [index, path] of ['', 'moved', 'moved/below'].entries()) {
      const gfid = `${GFID.slice(0, -1)}${index}`;
      await command('ln', ['-s', '../../anywhere', join(handles, gfid)]);
      const value = `0x${gfid.replaceAll('-', '')}`;
      await command('setfattr', ['-n', 'trusted.gfid', '-v', value, join(brick, held, path)]);
    }
    await take('s1');
    await stores.bricks.reserve('t3', copiesOf(bricksOf(100n * MIB), 'c1', 's1'), testCall());
    const namesIn = async (path: string) =>
      (await command('find', [path, '-mindepth', '1', '-printf', '%P\\n'])).trim().split('\n');
    expect((await namesIn(brickPath('c1', 0))).sort()).to.deep.equal([
      '.glusterfs',
      '.glusterfs/aa',
      '.glusterfs/aa/bb',
      '.glusterfs/aa/bb/file',
    ]);
    expect(await readFile(join(brickPath('c1', 0), '.glusterfs/aa/bb/file'), 'utf8')).to.equal('kept');
    expect(await namesIn(brick), 'of the source').to.have.length(11);
  });

  it('does not count a snapshot that was frozen with a break, and thaws in time by itself', async () => {
    const { snapshots } = stores;
    const mountPoint = join(brickPath('v1', 0), '..');
    await snapshots.prepare('t2', [requestOf('s1')], testCall());
    await snapshots.freeze('t2', 3, testCall());
    await command('fsfreeze', ['--unfreeze', mountPoint]);
    await snapshots.take('t2', testCall());
    expect(await snapshots.thaw('t2', testCall())).to.equal(false);
    await snapshots.forget('t2', testCall());
    await snapshots.prepare('t3', [requestOf('s1')], testCall());
    await snapshots.freeze('t3', 1, testCall());
    await sleep(1_500);
    await writeFile(join(brickPath('v1', 0), 'file'), 'written');
    await snapshots.take('t3', testCall());
    expect(await snapshots.thaw('t3', testCall())).to.equal(false);
    await snapshots.forget('t3', testCall());
    expect(await snapshots.find({}, testCall())).to.deep.equal([]);
  });

  it('refuses a brick that has grown since it was prepared, and lets one grow that stands still', async () => {
    const { bricks, snapshots } = stores;
    await snapshots.prepare('t2', [requestOf('s1')], testCall());
    await bricks.grow('v1', () => 300n * MIB, testCall());
    await snapshots.freeze('t2', 3, testCall());
    expect((await faultOf(snapshots.take('t2', testCall()))).kind).to.equal('busy');
    await snapshots.forget('t2', testCall());
    await take('s1', 't3');

    await snapshots.prepare('t4', [requestOf('s2')], testCall());
    await snapshots.freeze('t4', 3, testCall());
    const growing = bricks.grow('v1', () => 600n * MIB, testCall());
    await sleep(300);
    await snapshots.forget('t4', testCall());
    await growing;
    await take('s3', 't5');
    await bricks.reserve('t6', copiesOf(bricksOf(100n * MIB), 'c1', 's3'), testCall());
    for (const volume of ['v1', 'c1']) {
      const { bavail, bsize } = await statfs(brickPath(volume, 0), { bigint: true });
      expect(bavail * bsize >= 600n * MIB - MIB).to.equal(true);
    }
  });

  it('thaws at the start what a former process left frozen', async () => {
    await command('fsfreeze', ['--freeze', join(brickPath('v1', 1), '..')]);
    expect(await openStores().bricks.mountAll(testCall())).to.deep.equal([]);
    await writeFile(join(brickPath('v1', 1), 'file'), 'written');
  });

  it('counts a snapshot with its image’s whole size, however little it takes, and refuses one without room', async () => {
    const [brick] = await stores.bricks.bricks('v1', testCall());
    const before = await freeBytes();
    await take('s1', 'a');
    const after = await freeBytes();
    for (const [index, free] of after.entries())
      expect((before[index] ?? 0n) - free >= (brick?.accountBytes ?? 0n)).to.equal(true);
    let taken = 1;
    for (; taken < 40; taken += 1) {
      try {
        await stores.snapshots.prepare(`x${taken}`, [requestOf(`x${taken}`)], testCall());
      } catch (error) {
        expect(isFault(error, 'exhausted')).to.equal(true);
        break;
      }
    }
    expect(taken).to.be.within(5, 39);
    expect((await stores.snapshots.find({ snapshot: `x${taken}` }, testCall())).length).to.equal(0);
  });

  it('refuses a name that another request holds, and repeats for the same one', async () => {
    await stores.snapshots.prepare('t2', [requestOf('s1')], testCall());
    await stores.snapshots.prepare('t2', [requestOf('s1')], testCall());
    try {
      await stores.snapshots.prepare('t3', [requestOf('s1')], testCall());
      expect.fail('another token was given the name');
    } catch (error) {
      expect(isFault(error, 'busy')).to.equal(true);
    }
    await stores.snapshots.forget('t2', testCall());
    await stores.snapshots.forget('t2', testCall());
    expect((await stat(brickPath('v1', 0))).isDirectory()).to.equal(true);
    expect(await stores.snapshots.find({}, testCall())).to.deep.equal([]);
  });
});
