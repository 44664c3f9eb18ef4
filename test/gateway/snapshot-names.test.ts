import { expect } from 'chai';
import { cloneSnapshot } from '../../src/gateway/snapshots/clone-snapshot.ts';
import { takeSnapshots } from '../../src/gateway/snapshots/take-snapshots.ts';
import { createBySize } from '../../src/gateway/volumes/create-by-size.ts';
import type { VolumeDeps } from '../../src/gateway/volumes/deps.ts';
import { call, faultOf, REPEATED, wanted } from '../fakes/accidents.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';

/** Volumes and snapshots share one name space: nothing may have the other's name, whoever is first. */
describe('gateway: names of volumes and snapshots', () => {
  const named = (name: string) => ({ ...wanted({ replica: 3 }), name });
  const create = (deps: VolumeDeps, name: string) => createBySize(deps, named(name), call());
  const take = (deps: VolumeDeps, snapshot: string) =>
    takeSnapshots(
      deps,
      { members: [{ volume: 'v1', snapshot, description: '', metadata: {} }], group: undefined },
      call(),
    );
  async function withVolume(servers = new MemoryServers(6)): Promise<MemoryServers> {
    await create(servers.coordinator(0).deps, 'v1');
    return servers;
  }
  const partsOf = (servers: MemoryServers, name: string) =>
    servers.servers.flatMap(({ snapshots }) =>
      [...snapshots.parts.values()].filter(({ stored }) => stored.snapshot === name),
    );
  const bricksOf = (servers: MemoryServers, name: string) =>
    servers.servers.flatMap(({ bricks }) =>
      [...bricks.stored.values()].filter(({ volume }) => volume === name),
    );

  it('makes no volume, and no clone, under the name of a snapshot', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    await take(deps, 'x');
    await take(deps, 'y');
    const clone = { name: 'x', size: undefined, options: {}, metadata: {} };
    for (const make of [() => create(deps, 'x'), () => cloneSnapshot(deps, 'y', clone, call())]) {
      const fault = await faultOf(make());
      expect(`${fault.kind}: ${fault.message}`).to.match(/^conflict: a snapshot is named x/);
    }
    expect(bricksOf(servers, 'x')).to.deep.equal([]);
    expect(servers.pool.volumes.has('x')).to.equal(false);
  });

  it('takes no snapshot under the name of a volume', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    await create(deps, 'x');
    for (const name of ['x', 'v1']) {
      const fault = await faultOf(take(deps, name));
      expect(`${fault.kind}: ${fault.message}`).to.match(
        /^(conflict: a volume is named x|invalid|busy|conflict)/,
      );
      expect(partsOf(servers, name)).to.deep.equal([]);
    }
  });

  it('lets at most one of a volume and a snapshot of a name come into being at two gateways', async () => {
    const seen = { volume: 0, snapshot: 0 };
    for (let round = 0; round < 40; round += 1) {
      const servers = await withVolume();
      const [one, other] = [servers.coordinator(0).deps, servers.coordinator(1 + (round % 5)).deps];
      const begin = [() => create(one, 'x'), () => take(other, 'x')];
      if (round % 2 === 1) begin.reverse();
      const settled = await Promise.allSettled(begin.map(async (act) => act()));
      for (const outcome of settled) {
        if (outcome.status === 'rejected')
          expect([...REPEATED, 'conflict'], String(outcome.reason)).to.include(outcome.reason.kind);
      }
      const isVolume = servers.pool.volumes.has('x');
      const isSnapshot = partsOf(servers, 'x').length > 0;
      expect([isVolume, isSnapshot]).not.to.deep.equal([true, true]);
      if (!isVolume) expect(bricksOf(servers, 'x')).to.deep.equal([]);
      seen.volume += isVolume ? 1 : 0;
      seen.snapshot += isSnapshot ? 1 : 0;
    }
    expect(seen.volume + seen.snapshot).to.be.greaterThan(0);
  });
});
