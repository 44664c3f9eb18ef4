import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import type { StoredBrick } from '../../src/gateway/bricks/brick-store.ts';
import { createStores, type Stores } from '../../src/gateway/bricks/create-brick-store.ts';
import { type DeviceWatch, startDeviceWatch } from '../../src/gateway/watch-devices.ts';
import { createFreezer } from '../../src/host/freeze.ts';
import { releaseSpare } from '../../src/host/xfs.ts';
import { registry } from '../../src/telemetry/registry.ts';
import { until } from '../pool/lab/until.ts';
import { RECORD } from './brick-crash.ts';
import { fill, readAll } from './fill-brick.ts';
import { command, makeOuterXfs, type OuterXfs, testCall } from './outer-xfs.ts';
import { snapshotRequest, takeSnapshot } from './take-snapshot.ts';

const MIB = 1024 ** 2;

describe('the watch over devices', function () {
  this.timeout(120_000);
  let outer: OuterXfs;
  let stores: Stores;
  let watch: DeviceWatch | undefined;
  let events: string[];
  beforeEach(async () => {
    const { freeze, ...rest } = {
      freeze: await ensureNative('freeze'),
      cleanBrick: await ensureNative('clean-brick'),
      ownBlocks: await ensureNative('own-blocks'),
    };
    outer = await makeOuterXfs(1, 2 * 1024 ** 3);
    const freezer = createFreezer({ program: freeze, cgroups: undefined });
    stores = createStores({ deviceRoots: [outer.root], freezer, ...rest });
    await stores.bricks.addDevice(device(), 'loop', testCall());
    events = [];
  });
  afterEach(async () => {
    await watch?.stop();
    await outer[Symbol.asyncDispose]();
  });

  const device = () => outer.devices[0] ?? '';
  const available = async () => {
    const { bavail, bsize } = await statfs(device());
    return bavail * bsize;
  };
  const foreign = () => join(device(), 'bricks/../foreign');

  /** A file that is none of ours, which leaves so many bytes. */
  async function leave(bytes: number): Promise<void> {
    await rm(foreign(), { force: true });
    const length = Math.floor((await available()) - bytes);
    await command('fallocate', ['--length', String(length), foreign()]);
  }

  function start(): void {
    watch = startDeviceWatch({
      devices: (call) => stores.bricks.devices(call),
      notify: (name) => events.push(name),
      tickMs: 20,
    });
  }

  async function reserve(volume: string, dataBytes: number): Promise<StoredBrick> {
    const request = { volume, subvol: 0, brick: 0, device: device(), provisioner: 'loop' as const };
    const wanted = { ...request, dataBytes: BigInt(dataBytes) };
    const [brick] = await stores.bricks.reserve('t', [wanted], testCall());
    if (brick === undefined) throw new Error('no brick');
    await stores.bricks.use(volume, 't', RECORD, testCall());
    return brick;
  }

  it('tells once of a file system that others fill, refuses promises with the reason, and tells when it is over', async () => {
    start();
    await leave(70 * MIB);
    await until('filling is told', async () => events.length === 1);
    const brick = reserve('v1', 20 * MIB);
    await brick.then(
      () => expect.fail('room was promised that is not there'),
      (error: unknown) => expect(String(error)).to.match(/has 0 bytes free.*bytes left; add a device/),
    );
    await rm(foreign());
    await until('relief is told', async () => events.length === 2);
    await reserve('v1', 20 * MIB);
    await leave(70 * MIB);
    await until('the lack is told', async () => events.length === 3);
    expect(events).to.deep.equal(['device.filling', 'device.relieved', 'device.overcommitted']);
    expect(await registry.metrics()).to.match(
      new RegExp(`gluster_csi_device_bytes\\{device="${device()}",kind="owed"\\} [1-9]`),
    );
  });

  it('keeps copy-on-write from taking more than is promised, where all of it is', async () => {
    const source = await reserve('v1', 500 * MIB);
    await command('touch', [join(source.path, 'data')]);
    expect(await fill(source)).to.equal('ENOSPC');
    await takeSnapshot(stores, snapshotRequest({ snapshot: 's1', volume: 'v1', bricks: 1 }));
    // All of each megabyte but a page is written, and what copy-on-write had set aside for that is given back, ...
    await rewrite(source, 4096, MIB - 4096);
    await releaseSpare(device());
    const [facts] = await stores.bricks.devices(testCall());
    await leave(Number(facts?.owedBytes) + 80 * MIB);
    start();
    // ... so that each of these pages is given a megabyte anew.
    await rewrite(source, 0, 4096, 5);
    expect((await readAll(source)) >= source.dataBytes).to.equal(true);
    expect(await available()).to.be.greaterThan(0);
  });

  /** Writes `length` bytes at `offset` of each megabyte, durably, and waits between them. */
  async function rewrite(brick: StoredBrick, offset: number, length: number, waitMs = 0): Promise<void> {
    const file = await open(join(brick.path, 'data'), 'r+');
    try {
      const piece = Buffer.alloc(length, 'a');
      const { size } = await file.stat();
      for (let at = offset; at + length <= size; at += MIB) {
        await file.write(piece, 0, length, at);
        if (waitMs === 0) continue;
        await file.datasync();
        await sleep(waitMs);
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }
});
