import { expect } from 'chai';
import { ensureNative } from '../../scripts/setup/native.ts';
import { createStores } from '../../src/gateway/bricks/create-brick-store.ts';
import { createFreezer } from '../../src/host/freeze.ts';
import { faultOf } from '../contract/backend.ts';
import { RECORD } from './brick-crash.ts';
import { makeOuterXfs, testCall } from './outer-xfs.ts';
import { snapshotRequest, takeSnapshot } from './take-snapshot.ts';

describe('the number of snapshots of a volume', function () {
  this.timeout(120_000);

  it('is limited by the configuration, exactly also for requests at once, and for each volume by itself', async () => {
    await using outer = await makeOuterXfs(1, 3 * 1024 ** 3);
    const [device = ''] = outer.devices;
    const freezer = createFreezer({ program: await ensureNative('freeze'), cgroups: undefined });
    const ownBlocks = await ensureNative('own-blocks');
    const stores = createStores({ deviceRoots: [outer.root], freezer, ownBlocks, snapshotsPerVolume: 2 });
    await stores.bricks.addDevice(device, 'loop', testCall());
    for (const volume of ['v1', 'v2']) {
      const brick = { volume, subvol: 0, brick: 0, device, provisioner: 'loop' as const };
      await stores.bricks.reserve('t', [{ ...brick, dataBytes: 20n * 1024n ** 2n }], testCall());
      await stores.bricks.use(volume, 't', RECORD, testCall());
    }
    const request = (snapshot: string, volume = 'v1') => snapshotRequest({ snapshot, volume, bricks: 1 });

    await takeSnapshot(stores, request('s1'));
    const ended = await Promise.allSettled(
      ['s2', 's3', 's4'].map((one) => stores.snapshots.prepare(one, [request(one)], testCall())),
    );
    expect(ended.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    const refused = await faultOf('exhausted', stores.snapshots.prepare('t5', [request('s5')], testCall()));
    expect(refused.message).to.match(
      /^volume v1 has 2 snapshots and snapshots\.perVolume .* allows 2; delete/,
    );
    await takeSnapshot(stores, request('s6', 'v2'));
    await stores.snapshots.markDeleting('s1', testCall());
    await stores.snapshots.remove('s1', testCall());
    await takeSnapshot(stores, request('s7'));
    expect(new Set((await stores.snapshots.find({}, testCall())).map(({ volume }) => volume)).size).to.equal(
      2,
    );
  });
});
