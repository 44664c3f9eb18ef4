import { expect } from 'chai';
import { cloneSnapshot } from '../../src/gateway/snapshots/clone-snapshot.ts';
import { deleteSnapshot } from '../../src/gateway/snapshots/delete-snapshot.ts';
import { restoreSnapshot } from '../../src/gateway/snapshots/restore-snapshot.ts';
import { deleteGroup } from '../../src/gateway/snapshots/snapshot-groups.ts';
import { findSnapshot } from '../../src/gateway/snapshots/snapshot-view.ts';
import type { VolumeDeps } from '../../src/gateway/volumes/deps.ts';
import { startVolume } from '../../src/gateway/volumes/start-volume.ts';
import { call, faultOf, REPEATED, withEveryAccident } from '../fakes/accidents.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';
import {
  contentsOf,
  expectWhole,
  makeSource,
  mountedContents,
  partsOf,
  sweepAll,
  take,
  takeGroup,
  WANTED,
  withSnapshot,
  withSource,
  withStopped,
} from '../fakes/snapshot-world.ts';

describe('gateway: snapshots and accidents', function () {
  this.timeout(60_000);

  it('takes a snapshot once, whatever step fails or dies', async () => {
    const steps = await withEveryAccident(
      withSource,
      (deps) => take(deps),
      async (servers) => {
        await sweepAll(servers);
        expect(partsOf(servers)).to.deep.equal(['s1 taken then', 's1 taken then', 's1 taken then']);
        expectWhole(servers);
      },
    );
    expect(steps).to.be.greaterThan(15);
  });

  it('takes all members of a group or none, whatever step fails or dies', async () => {
    const prepare = async () => {
      const servers = await withSource();
      await makeSource(servers, 'v2', 'other');
      return servers;
    };
    await withEveryAccident(prepare, takeGroup, async (servers) => {
      await sweepAll(servers);
      const others = Array.from({ length: 3 }, () => 's2 taken other');
      expect(partsOf(servers)).to.deep.equal([...Array(3).fill('s1 taken then'), ...others]);
      const moments = servers.servers.flatMap(({ snapshots }) =>
        [...snapshots.parts.values()].map(({ stored }) => stored.createdAt),
      );
      expect(new Set(moments).size).to.equal(1);
      expectWhole(servers);
    });
    const servers = await prepare();
    await takeGroup(servers.coordinator(0).deps);
    expect(await deleteGroup(servers.coordinator(1).deps, 'g', call())).to.equal(true);
    expect(partsOf(servers)).to.deep.equal([]);
  });

  it('makes a clone once, started and healed, whatever step fails or dies', async () => {
    const clone = (deps: VolumeDeps) => cloneSnapshot(deps, 's1', WANTED, call());
    const steps = await withEveryAccident(withSnapshot, clone, async (servers) => {
      await sweepAll(servers);
      const copy = servers.pool.get('c1');
      expect(copy.state).to.equal('Started');
      expect(copy.options['user.gluster-csi']).not.to.include('_healing');
      expect(contentsOf(servers, 'c1')).to.deep.equal(['then', 'then', 'then']);
      expect(contentsOf(servers, 'v1')).to.deep.equal(['now', 'now', 'now']);
      expectWhole(servers);
    });
    expect(steps).to.be.greaterThan(15);
  });

  it('deletes a snapshot wholly, whatever step fails or dies', async () => {
    await withEveryAccident(
      withSnapshot,
      (deps) => deleteSnapshot(deps, 's1', call()),
      async (servers) => {
        await sweepAll(servers);
        expect(partsOf(servers)).to.deep.equal([]);
        expectWhole(servers);
      },
    );
  });

  it('restores all bricks or none, whatever step fails or dies; never serves a mixture', async () => {
    let servers = new MemoryServers(3);
    const prepare = async () => {
      servers = await withStopped();
      return servers;
    };
    const restore = async (deps: VolumeDeps) => {
      try {
        await restoreSnapshot(deps, 's1', call());
      } finally {
        expect(new Set(mountedContents(servers, 'v1')).size).to.be.at.most(1);
      }
    };
    const steps = await withEveryAccident(prepare, restore, async () => {
      expect(contentsOf(servers, 'v1')).to.deep.equal(['then', 'then', 'then']);
      expect(partsOf(servers)).to.deep.equal(['s1 taken then', 's1 taken then', 's1 taken then']);
      expectWhole(servers);
      await startVolume(servers.coordinator(1).deps, 'v1', { force: true }, call());
    });
    expect(steps).to.be.greaterThan(12);
  });

  for (const [title, end] of [
    ['a start', (deps: VolumeDeps) => startVolume(deps, 'v1', { force: true }, call())],
    ['housekeeping', undefined],
  ] as const) {
    it(`${title} ends an interrupted restore: the volume has one content in all bricks`, async () => {
      const clean = await withStopped();
      const { deps, steps } = clean.coordinator(0);
      await restoreSnapshot(deps, 's1', call());
      const ends = new Set<string>();
      for (let at = 0; at < steps.names.length; at += 1) {
        const servers = await withStopped();
        const dying = servers.coordinator(0, { accident: { at, kind: 'die-after' } });
        await restoreSnapshot(dying.deps, 's1', call()).catch(() => undefined);
        servers.coordinator(0, { restart: true });
        if (end === undefined) await sweepAll(servers);
        else await end(servers.coordinator(1).deps);
        const [content, ...others] = new Set(mountedContents(servers, 'v1'));
        expect(others, steps.names[at]).to.deep.equal([]);
        expect(mountedContents(servers, 'v1').length).to.equal(3);
        expectWhole(servers);
        ends.add(content ?? '');
      }
      expect(ends).to.deep.equal(new Set(['now', 'then']));
    });
  }

  it('starts no half-restored volume while a server with its bricks is down', async () => {
    const refusals = new Set<string>();
    for (let at = 0, dies = true; dies; at += 1) {
      const servers = await withStopped();
      const { deps } = servers.coordinator(0, { accident: { at, kind: 'die-after' } });
      dies = await restoreSnapshot(deps, 's1', call()).then(
        () => false,
        () => true,
      );
      servers.coordinator(0, { restart: true });
      const isUnderWay = servers.servers
        .slice(0, 2)
        .some(({ bricks }) => [...bricks.stored.values()].some(({ restore }) => restore !== undefined));
      servers.pool.peerOf('s3').connected = false;
      const start = () => startVolume(servers.coordinator(1).deps, 'v1', { force: true }, call());
      if (isUnderWay) {
        refusals.add((await faultOf(start())).message);
        expect(servers.pool.get('v1').state).to.equal('Stopped');
        servers.pool.peerOf('s3').connected = true;
      }
      await start();
      expect(new Set(mountedContents(servers, 'v1')).size).to.equal(1);
    }
    expect(refusals.size).to.equal(1);
    expect([...refusals][0]).to.match(/^volume v1 has bricks on servers that do not answer: s3/);
  });

  it('refuses to restore a volume that is started, gone, made anew, or larger by bricks, and changes nothing', async () => {
    const servers = await withSnapshot();
    const { deps } = servers.coordinator(0);
    const refused = async () => {
      const before = servers.summary();
      const fault = await faultOf(restoreSnapshot(deps, 's1', call()));
      expect(servers.summary()).to.deep.equal(before);
      return `${fault.kind}: ${fault.message}`;
    };
    expect(await refused()).to.match(
      /^wrong-state: volume v1 is started; stop it, restore it, then start it/,
    );
    await deps.gluster.stop('v1', call());
    const volume = servers.pool.get('v1');
    servers.pool.volumes.set('v1', {
      ...volume,
      bricks: [...volume.bricks, ...volume.bricks],
      distributeCount: 2,
    });
    expect(await refused()).to.match(/^wrong-state: volume v1 has 6 bricks, snapshot s1 3.*clone/);
    servers.pool.volumes.set('v1', { ...volume, id: 'another' });
    expect(await refused()).to.match(
      /^wrong-state: volume v1, of which snapshot s1 was taken, is gone; .*clone/,
    );
    servers.pool.volumes.delete('v1');
    expect(await refused()).to.match(/^wrong-state: volume v1, of which snapshot s1 was taken, is gone/);
    expect((await faultOf(restoreSnapshot(deps, 'no', call()))).kind).to.equal('not-found');
    servers.pool.volumes.set('v1', volume);
    servers.pool.peerOf('s2').connected = false;
    expect(await refused()).to.match(/^unreachable: .*s2/);
  });

  it('refuses to restore a snapshot that lacks a brick, and says what to do instead', async () => {
    const servers = await withSource();
    const [down] = servers.pool.get('v1').bricks;
    servers.pool.downBricks.add(`${down?.peerId}:${down?.path}`);
    const { deps } = servers.coordinator(0);
    await take(deps);
    expect(partsOf(servers).length).to.equal(2);
    await deps.gluster.stop('v1', call());
    const fault = await faultOf(restoreSnapshot(deps, 's1', call()));
    expect(`${fault.kind}: ${fault.message}`).to.match(/^wrong-state: volume v1 has brick 0\.0 .*clone/);
    expectWhole(servers);
  });

  it('gives two gateways with the same request at once one result', async () => {
    const acts = [
      [withSource, (deps: VolumeDeps) => take(deps)],
      [withSnapshot, (deps: VolumeDeps) => cloneSnapshot(deps, 's1', WANTED, call())],
      [withSnapshot, (deps: VolumeDeps) => deleteSnapshot(deps, 's1', call())],
      [withStopped, (deps: VolumeDeps) => restoreSnapshot(deps, 's1', call())],
    ] as const;
    for (const [prepare, act] of acts) {
      for (let round = 0; round < 5; round += 1) {
        const servers = await prepare();
        const both = [servers.coordinator(0).deps, servers.coordinator(1).deps];
        const settled = await Promise.allSettled(both.map((deps) => act(deps)));
        for (const outcome of settled) {
          if (outcome.status === 'rejected')
            expect([...REPEATED, 'not-found', 'conflict'], String(outcome.reason)).to.include(
              outcome.reason.kind,
            );
        }
        await act(both[round % 2] as VolumeDeps).catch((error) =>
          expect(error.kind, String(error)).to.equal('not-found'),
        );
        await sweepAll(servers);
        expectWhole(servers);
        const found = await findSnapshot(both[0] as VolumeDeps, 's1', call());
        if (found !== undefined) expect(found.parts.length).to.equal(3);
      }
    }
  });
});
