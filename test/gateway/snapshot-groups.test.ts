import { expect } from 'chai';
import { deleteSnapshot } from '../../src/gateway/snapshots/delete-snapshot.ts';
import { toSnapGroup } from '../../src/gateway/snapshots/snap-info.ts';
import { getGroup } from '../../src/gateway/snapshots/snapshot-groups.ts';
import { call, faultOf, withEveryAccident } from '../fakes/accidents.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';
import { expectWhole, makeSource, partsOf, sweepAll, takeGroup } from '../fakes/snapshot-world.ts';

/** Two volumes that have no server in common. */
async function prepare(): Promise<MemoryServers> {
  const servers = new MemoryServers(6);
  await makeSource(servers, 'v1', 'one');
  await makeSource(servers, 'v2', 'two');
  const [first, second] = ['v1', 'v2'].map((name) =>
    servers.pool.get(name).bricks.map(({ peerId }) => peerId),
  );
  expect(new Set([...(first ?? []), ...(second ?? [])]).size).to.equal(6);
  return servers;
}

describe('gateway: groups of snapshots', function () {
  this.timeout(60_000);

  it('have all their members of one moment or none, on whatever servers these are, whatever step fails or dies', async () => {
    await withEveryAccident(prepare, takeGroup, async (servers) => {
      await sweepAll(servers);
      const each = (line: string) => Array.from({ length: 3 }, () => line);
      expect(partsOf(servers)).to.deep.equal([...each('s1 taken one'), ...each('s2 taken two')]);
      const views = await getGroup(servers.coordinator(5).deps, 'g', call());
      expect(new Set(views.map(({ createdAt }) => createdAt)).size).to.equal(1);
      expect(toSnapGroup('g', views)).to.include({ ready: true, size: 2 });
      expectWhole(servers);
    });
  });

  it('are not ready once a member is gone, and are not completed by another of a later moment', async () => {
    const servers = await prepare();
    const { deps } = servers.coordinator(0);
    await takeGroup(deps);
    await deleteSnapshot(deps, 's1', call());
    const left = toSnapGroup('g', await getGroup(deps, 'g', call()));
    expect(left).to.include({ ready: false, size: 2 });
    expect(left.members).to.have.length(1);
    const refused = await faultOf(takeGroup(deps));
    expect(`${refused.kind}: ${refused.message}`).to.match(
      /^conflict: snapshot s2 exists, .* delete what is left/,
    );
  });
});
