import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { cloneSnapshot } from '../../src/gateway/snapshots/clone-snapshot.ts';
import { deleteSnapshot } from '../../src/gateway/snapshots/delete-snapshot.ts';
import { restoreSnapshot } from '../../src/gateway/snapshots/restore-snapshot.ts';
import { takeSnapshots } from '../../src/gateway/snapshots/take-snapshots.ts';
import { sweepSnapshots } from '../../src/gateway/sweep-snapshots.ts';
import { createBySize } from '../../src/gateway/volumes/create-by-size.ts';
import { deleteVolume } from '../../src/gateway/volumes/delete-volume.ts';
import type { VolumeDeps } from '../../src/gateway/volumes/deps.ts';
import { call, faultOf, wanted, withEveryAccident } from '../fakes/accidents.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';

const LOG = 'cluster.optimistic-change-log';
const CLONE = { name: 'c1', size: undefined, options: {}, metadata: {} };

describe('gateway: Gluster’s own snapshots of lvm bricks', function () {
  this.timeout(60_000);

  it('are taken once, whatever step fails or dies', async () => {
    const steps = await withEveryAccident(withSource, take, async (servers) => {
      await sweepAll(servers);
      expect(statesOf(servers)).to.deep.equal(['taken', 'taken', 'taken']);
      expect(servers.pool.get('v1').snapshotCount).to.equal(1);
      const moments = partsOf(servers).map(({ createdAt }) => createdAt);
      expect(new Set(moments)).to.deep.equal(new Set([servers.pool.snapshots.get('s1')?.createdAt]));
    });
    expect(steps).to.be.greaterThan(10);
  });

  it('do not count unless changes were noted while Gluster took them', async () => {
    const servers = await withSource();
    const { deps } = servers.coordinator(0);
    const noted: unknown[] = [];
    const createSnapshot: typeof deps.gluster.createSnapshot = async (...given) => {
      noted.push(servers.pool.get('v1').options[LOG]);
      await deps.gluster.createSnapshot(...given);
      stopNoting(servers);
    };
    const fault = await faultOf(take({ ...deps, gluster: { ...deps.gluster, createSnapshot } }));
    expect(`${fault.kind}: ${fault.message}`).to.match(/^busy: another snapshot of volume v1/);
    expect(noted).to.deep.equal(['off']);
    expect(servers.pool.snapshots.size).to.equal(0);
    expect(statesOf(servers)).to.deep.equal([]);
  });

  it('that a dead gateway left are completed while its volume notes changes, else made anew', async () => {
    for (const isNoting of [true, false]) {
      const clean = (await withSource()).coordinator(0);
      await take(clean.deps);
      const servers = await withSource();
      const at = clean.steps.names.findIndex((name) => /createSnapshot/.test(name));
      const { deps } = servers.coordinator(0, { accident: { at, kind: 'die-after' } });
      await take(deps).catch(() => undefined);
      const { glusterName } = servers.pool.snapshots.get('s1') ?? {};
      if (!isNoting) stopNoting(servers);
      await take(servers.coordinator(0, { restart: true }).deps);
      expect(servers.pool.snapshots.get('s1')?.glusterName === glusterName).to.equal(isNoting);
      expect(servers.pool.get('v1').snapshotCount).to.equal(1);
      expect(statesOf(servers)).to.deep.equal(['taken', 'taken', 'taken']);
    }
  });

  it('are deleted wholly, whatever step fails or dies', async () => {
    const remove = (deps: VolumeDeps) => deleteSnapshot(deps, 's1', call());
    await withEveryAccident(withSnapshot, remove, async (servers) => {
      await sweepAll(servers);
      expect(statesOf(servers)).to.deep.equal([]);
      expect(servers.pool.snapshots.size).to.equal(0);
    });
  });

  it('are cloned into bricks of their own kind, which know Gluster’s name of them', async () => {
    const servers = await withSnapshot();
    const { deps } = servers.coordinator(1);
    const clone = await cloneSnapshot(deps, 's1', CLONE, call());
    expect(clone.state).to.equal('Started');
    const bricks = servers.servers.flatMap((one) => [...one.bricks.stored.values()]);
    const copies = bricks.filter(({ volume }) => volume === 'c1');
    const { glusterName } = servers.pool.snapshots.get('s1') ?? {};
    expect(copies.map(({ provisioner, origin }) => [provisioner, origin?.glusterName])).to.deep.equal(
      Array.from({ length: 3 }, () => ['lvm', glusterName]),
    );
    await deleteSnapshot(deps, 's1', call());
    expect(await deleteVolume(deps, 'v1', call())).to.equal(true);
  });

  it('keep their volume, and say so', async () => {
    const { deps } = (await withSnapshot()).coordinator(0);
    const fault = await faultOf(deleteVolume(deps, 'v1', call()));
    expect(fault.kind).to.equal('wrong-state');
    expect(fault.message).to.match(/has 1 snapshots/);
  });

  it('have no groups, and are not restored in place', async () => {
    const servers = await withSnapshot();
    const { deps } = servers.coordinator(0);
    const member = { volume: 'v1', snapshot: 's2', description: '', metadata: {} };
    const group = { name: 'g', metadata: {}, size: 1 };
    const grouped = await faultOf(takeSnapshots(deps, { members: [member], group }, call()));
    expect(grouped.kind).to.equal('unsupported');
    expect((await faultOf(restoreSnapshot(deps, 's1', call()))).kind).to.equal('unsupported');
    expect(statesOf(servers)).to.deep.equal(['taken', 'taken', 'taken']);
  });

  it('that are somebody else’s have their name, and stay', async () => {
    const servers = await withSource();
    const { deps } = servers.coordinator(0);
    await deps.gluster.createSnapshot({ name: 's1', volume: 'v1', description: 'by hand' }, call());
    expect((await faultOf(take(deps))).kind).to.equal('conflict');
    expect(servers.pool.snapshots.get('s1')?.description).to.equal('by hand');
    expect(statesOf(servers)).to.deep.equal([]);
  });

  it('that a given-up create left are removed by the next of the name', async () => {
    const servers = await withSource();
    const { deps } = servers.coordinator(0);
    const token = `${servers.at(0).id}:${randomUUID()}:${randomUUID()}`;
    await deps.gluster.createSnapshot(
      { name: 's1', volume: 'v1', description: `gluster-csi ${token}` },
      call(),
    );
    expect((await faultOf(take(deps))).kind).to.equal('busy');
    await take(deps);
    expect(servers.pool.snapshots.size).to.equal(1);
  });

  it('that an administrator has deleted cannot be cloned, and are deleted', async () => {
    const servers = await withSnapshot();
    const { deps } = servers.coordinator(0);
    await deps.gluster.deleteSnapshot('s1', call());
    expect((await faultOf(cloneSnapshot(deps, 's1', CLONE, call()))).message).to.match(
      /gluster has no snapshot s1 any more/,
    );
    expect(await deleteSnapshot(deps, 's1', call())).to.equal(true);
    expect(statesOf(servers)).to.deep.equal([]);
  });
});

function stopNoting({ pool }: MemoryServers): void {
  const volume = pool.get('v1');
  const options = { ...volume.options, [LOG]: 'on', 'user.gluster-csi-noting': 'none' };
  pool.volumes.set('v1', { ...volume, options });
}

function take(deps: VolumeDeps) {
  const member = { volume: 'v1', snapshot: 's1', description: '', metadata: {} };
  return takeSnapshots(deps, { members: [member], group: undefined }, call());
}

async function withSource(): Promise<MemoryServers> {
  const servers = new MemoryServers(3);
  const { deps } = servers.coordinator(0);
  const { question, ...volume } = wanted();
  const thin = { ...volume, question: { ...question, provisioner: 'lvm' as const } };
  await createBySize(deps, thin, call());
  await deps.gluster.start('v1', { force: false }, call());
  return servers;
}

async function withSnapshot(): Promise<MemoryServers> {
  const servers = await withSource();
  await take(servers.coordinator(0).deps);
  return servers;
}

function partsOf(servers: MemoryServers) {
  return servers.servers.flatMap(({ snapshots }) =>
    [...snapshots.parts.values()].map(({ stored }) => stored),
  );
}

function statesOf(servers: MemoryServers): readonly string[] {
  return partsOf(servers).map(({ state }) => state);
}

async function sweepAll(servers: MemoryServers): Promise<void> {
  for (const [index, { snapshots }] of servers.servers.entries())
    await sweepSnapshots(servers.coordinator(index).deps, snapshots, call());
}
