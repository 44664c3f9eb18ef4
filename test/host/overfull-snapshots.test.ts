import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import { isFault } from '../../src/control/fault.ts';
import type { StoredBrick } from '../../src/gateway/bricks/brick-store.ts';
import { createStores, type Stores } from '../../src/gateway/bricks/create-brick-store.ts';
import { createFreezer } from '../../src/host/freeze.ts';
import { RECORD } from './brick-crash.ts';
import { fill, overwrite, readAll, scatter } from './fill-brick.ts';
import { command, makeOuterXfs, type OuterXfs, testCall } from './outer-xfs.ts';
import { snapshotRequest, takeSnapshot } from './take-snapshot.ts';

const MIB = 1024n ** 2n;
const PAGE = 4096;
const SIZE = 2.5 * 1024 ** 3;

/**
 * The promise of the account with reflinks: snapshots and clones that share all their blocks when they are made may
 * come to share none, and nothing meets a full outer file system.
 */
describe('a device promised to the brim with snapshots', function () {
  this.timeout(300_000);
  let outer: OuterXfs;
  let stores: Stores;
  beforeEach(async () => {
    const { freeze, ...rest } = {
      freeze: await ensureNative('freeze'),
      cleanBrick: await ensureNative('clean-brick'),
      ownBlocks: await ensureNative('own-blocks'),
    };
    outer = await makeOuterXfs(1, SIZE);
    const freezer = createFreezer({ program: freeze, cgroups: undefined });
    stores = createStores({ deviceRoots: [outer.root], freezer, ...rest });
    await stores.bricks.addDevice(device(), 'loop', testCall());
  });
  afterEach(() => outer[Symbol.asyncDispose]());

  const device = () => outer.devices[0] ?? '';

  async function reserve(volume: string, snapshot?: string): Promise<StoredBrick> {
    const origin = snapshot === undefined ? {} : { origin: { snapshot, volume: 'v1', absent: [] } };
    const request = { volume, subvol: 0, brick: 0, device: device(), provisioner: 'loop' as const };
    const [brick] = await stores.bricks.reserve(
      't',
      [{ ...request, dataBytes: 20n * MIB, ...origin }],
      testCall(),
    );
    if (brick === undefined) throw new Error('no brick');
    await stores.bricks.use(volume, 't', RECORD, testCall());
    return brick;
  }

  /** False when there is no room for it. */
  async function isTaken(snapshot: string): Promise<boolean> {
    try {
      await takeSnapshot(stores, snapshotRequest({ snapshot, volume: 'v1', bricks: 1 }));
      return true;
    } catch (error) {
      if (isFault(error, 'exhausted')) return false;
      throw error;
    }
  }

  it('counts what has diverged once, lets all the rest diverge, and nothing meets a full file system', async () => {
    const source = await reserve('v1');
    await scatter(source, 64 * 1024 * 1024);
    expect(await fill(source)).to.equal('ENOSPC');
    expect(await isTaken('s0')).to.equal(true);
    const clone = await reserve('c1', 's0');
    const sums = new Map([['s0', await checksum('s0')]]);
    for (let count = 1; await isTaken(`s${count}`); count += 1) {
      sums.set(`s${count}`, await checksum(`s${count}`));
      // Each snapshot comes to have all its blocks alone: the first two in the pieces that take most extents.
      const piece = count <= 2 ? PAGE : 64 * 1024;
      await overwrite(source, piece, 2, 0);
      await overwrite(source, piece, 2, 1);
    }
    const [facts] = await stores.bricks.devices(testCall());
    if (facts === undefined) throw new Error('no device');
    expect(facts.freeBytes < source.accountBytes).to.equal(true);
    // All but the margin and what the file system keeps for itself could be promised.
    expect(Number(facts.totalBytes) / SIZE).to.be.greaterThan(0.9);
    expect(facts).to.deep.include({ bricks: 2, snapshots: sums.size });
    expect(facts.snapshotBytes).to.equal(BigInt(sums.size) * source.accountBytes);
    expect(facts.owedBytes <= facts.availableBytes).to.equal(true);

    for (const brick of [source, clone]) {
      await overwrite(brick, PAGE, 2, 0);
      await overwrite(brick, PAGE, 2, 1);
      await command('sync', ['--file-system', brick.path]);
      expect((await readAll(brick)) >= brick.dataBytes).to.equal(true);
    }
    const { bavail } = await statfs(device(), { bigint: true });
    expect(bavail > 0n).to.equal(true);
    for (const [snapshot, sum] of sums) expect(await checksum(snapshot), snapshot).to.equal(sum);
  });

  async function checksum(snapshot: string): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(device(), `snapshots/${snapshot}.0.0/image.xfs`)), hash);
    return hash.digest('hex');
  }
});
