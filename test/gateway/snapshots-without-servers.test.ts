import { expect } from 'chai';
import { cloneSnapshot } from '../../src/gateway/snapshots/clone-snapshot.ts';
import { deleteSnapshot } from '../../src/gateway/snapshots/delete-snapshot.ts';
import { hasQuorum } from '../../src/gateway/snapshots/quorum.ts';
import { findSnapshot } from '../../src/gateway/snapshots/snapshot-view.ts';
import { call, faultOf } from '../fakes/accidents.ts';
import type { MemoryServers } from '../fakes/memory-servers.ts';
import {
  expectWhole,
  partsOf,
  sweepAll,
  take,
  WANTED,
  withSnapshot,
  withSource,
} from '../fakes/snapshot-world.ts';

const setUp = (servers: MemoryServers, host: string, isUp: boolean) => {
  servers.pool.peerOf(host).connected = isUp;
};
const view = (servers: MemoryServers) => findSnapshot(servers.coordinator(0).deps, 's1', call());

describe('gateway: snapshots while servers are down', () => {
  it('takes one without a server, and clones it once all are up', async () => {
    const servers = await withSource();
    setUp(servers, 's3', false);
    const { deps } = servers.coordinator(0);
    const [taken] = await take(deps);
    expect([taken?.isReady, taken?.missing, taken?.parts.length]).to.deep.equal([false, ['s3'], 2]);
    const refused = await faultOf(cloneSnapshot(deps, 's1', WANTED, call()));
    expect(`${refused.kind}: ${refused.message}`).to.match(/^unreachable: .*do not answer: s3; start them/);
    expect((await take(deps))[0]?.createdAt).to.equal(taken?.createdAt);

    setUp(servers, 's3', true);
    expect((await view(servers))?.isReady).to.equal(true);
    const clone = await cloneSnapshot(deps, 's1', WANTED, call());
    expect(clone.bricks.map(({ host }) => host).sort()).to.deep.equal(['s1', 's2', 's3']);
    const copies = servers.servers.flatMap(({ bricks }) =>
      [...bricks.stored.values()].filter(({ volume }) => volume === 'c1'),
    );
    const blamed = copies.find(({ origin }) => origin === undefined)?.brick;
    expect(copies.map(({ origin }) => origin?.absent)).to.have.deep.members([[blamed], [blamed], undefined]);
    expectWhole(servers);
  });

  it('refuses one with a brick alone, naming those that are down, and leaves nothing', async () => {
    const servers = await withSource();
    const down = servers.pool.get('v1').bricks.filter(({ host }) => host !== 's1');
    for (const { peerId, path } of down) servers.pool.downBricks.add(`${peerId}:${path}`);
    const refused = await faultOf(take(servers.coordinator(0).deps));
    expect(refused.kind).to.equal('unreachable');
    for (const { host, path } of down) expect(refused.message).to.contain(`${host}:${path}`);
    expect(partsOf(servers)).to.deep.equal([]);
  });

  it('deletes none while a server with a part is down', async () => {
    const servers = await withSnapshot();
    setUp(servers, 's2', false);
    const refused = await faultOf(deleteSnapshot(servers.coordinator(0).deps, 's1', call()));
    expect(`${refused.kind}: ${refused.message}`).to.match(/^unreachable: .*s2/);
    expect((await view(servers))?.parts.length).to.equal(2);
    setUp(servers, 's2', true);
    expect((await view(servers))?.isReady).to.equal(true);
  });

  it('keeps a new one of a name of which a server comes back with a deleted part', async () => {
    const servers = await withSnapshot();
    for (const { snapshots } of servers.servers) await snapshots.markDeleting('s1');
    for (const index of [0, 1]) await servers.at(index).snapshots.remove('s1');
    setUp(servers, 's3', false);
    await take(servers.coordinator(0).deps);
    setUp(servers, 's3', true);
    expect((await view(servers))?.parts.length).to.equal(2);
    await sweepAll(servers);
    expect(partsOf(servers)).to.deep.equal(['s1 taken now', 's1 taken now']);
    expectWhole(servers);
  });

  it('completes no dead create while a server that may have it whole is down', async () => {
    const servers = await withSnapshot();
    for (const index of [0, 1]) {
      for (const [key, part] of servers.at(index).snapshots.parts)
        servers.at(index).snapshots.parts.set(key, { ...part, stored: { ...part.stored, state: 'taking' } });
    }
    setUp(servers, 's3', false);
    const { deps } = servers.coordinator(0, { restart: true });
    expect((await faultOf(take(deps))).kind).to.equal('unreachable');
    setUp(servers, 's3', true);
    await take(deps);
    expect(partsOf(servers)).to.deep.equal(['s1 taken then', 's1 taken then', 's1 taken then']);
  });

  it('touches neither of two snapshots of one name', async () => {
    const servers = await withSnapshot();
    const { snapshots } = servers.at(2);
    for (const [key, part] of snapshots.parts)
      snapshots.parts.set(key, { ...part, stored: { ...part.stored, token: 'another', volume: 'v2' } });
    const refused = await faultOf(deleteSnapshot(servers.coordinator(0).deps, 's1', call()));
    expect(`${refused.kind}: ${refused.message}`).to.match(
      /^wrong-state: two snapshots .* v1 on s1.* v2 on s3/,
    );
    expect(partsOf(servers).length).to.equal(3);
  });

  for (const [title, counts, needed] of [
    ['replica 3', { replica: 3, arbiter: 0, disperse: 0, redundancy: 0 }, 2],
    ['arbiter', { replica: 3, arbiter: 1, disperse: 0, redundancy: 0 }, 2],
    ['replica 2', { replica: 2, arbiter: 0, disperse: 0, redundancy: 0 }, 2],
    ['one copy', { replica: 1, arbiter: 0, disperse: 0, redundancy: 0 }, 1],
    ['disperse 2+1', { replica: 0, arbiter: 0, disperse: 3, redundancy: 1 }, 3],
    ['disperse 4+2', { replica: 0, arbiter: 0, disperse: 6, redundancy: 2 }, 5],
  ] as const) {
    it(`needs ${needed} bricks of each set of ${title}`, () => {
      const perSet = Math.max(counts.replica, counts.disperse);
      const members = [0, 1].flatMap((subvol) =>
        Array.from({ length: perSet }, (_, brick) => ({ subvol, brick, peerId: '', isPresent: true })),
      );
      const shape = { counts: { ...counts, subvols: 2 }, members } as const;
      expect(hasQuorum(shape, ({ brick }) => brick < needed)).to.equal(true);
      expect(hasQuorum(shape, ({ subvol, brick }) => subvol === 0 || brick < needed - 1)).to.equal(false);
    });
  }
});
