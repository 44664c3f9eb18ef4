import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import type { StorageServer } from '../../src/gateway/peers/storage-server.ts';
import { sweep } from '../../src/gateway/sweep.ts';
import { createBySize } from '../../src/gateway/volumes/create-by-size.ts';
import type { VolumeDeps } from '../../src/gateway/volumes/deps.ts';
import { call, faultOf, GIB, REPEATED, wanted, withEveryAccident, withVolume } from '../fakes/accidents.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';

describe('gateway: create by size', () => {
  it('makes bricks, the volume, its options and its record with one create and one set', async () => {
    const servers = new MemoryServers(3);
    const { deps } = servers.coordinator(0);
    const volume = await createBySize(deps, wanted(), call());
    expect(servers.pool.commands).to.deep.equal(['volume info', 'volume create', 'volume set']);
    expect(volume).to.deep.equal(servers.pool.get('v1'));
    expect(volume.options).to.deep.equal({
      'cluster.eager-lock': 'off',
      'storage.reserve': '0',
      'storage.health-check-interval': '0',
      'user.gluster-csi': `{"v":1,"capacity":${GIB},"provisioner":"loop","metadata":{"owner":"me"}}`,
    });
    const states = servers.summary().bricks.map((brick) => brick.split(' ')[1]);
    expect(states).to.deep.equal(['used', 'used', 'used']);
  });

  it('ends like one clean run whatever step fails or dies, once it is repeated', async () => {
    const expected = new MemoryServers(4);
    await createBySize(expected.coordinator(0).deps, wanted(), call());
    const steps = await withEveryAccident(
      async () => new MemoryServers(4),
      (deps) => createBySize(deps, wanted(), call()),
      async (servers) => {
        for (const [index, { bricks }] of servers.servers.entries()) {
          await sweep(servers.coordinator(index).deps, bricks, call());
        }
        const { volumes, bricks } = servers.summary();
        expect(volumes).to.have.length(1);
        expect(volumes[0]?.bricks).to.have.length(3);
        expect(bricks.map((brick) => brick.split(' ')[0])).to.deep.equal(volumes[0]?.bricks);
        expect(bricks.every((brick) => brick.endsWith(` used ${GIB}`))).to.equal(true);
        expect(volumes[0]?.options).to.deep.equal(expected.summary().volumes[0]?.options);
      },
    );
    expect(steps).to.be.greaterThan(10);
  });

  it('leaves a volume whose create ended well between the look at its bricks and the question for its token', async () => {
    const servers = new MemoryServers(3);
    const first = servers.coordinator(0).deps;
    const second = servers.coordinator(1).deps;
    const looked = Promise.withResolvers<void>();
    const reserved = Promise.withResolvers<void>();
    // The first one has made the volume, and waits until the second one has seen its bricks before it uses them.
    const one = createBySize(
      { ...first, pool: { ...first.pool, servers: onUse(first, reserved.resolve, looked.promise) } },
      wanted(),
      call(),
    );
    await reserved.promise;
    const asked = async () => {
      looked.resolve();
      await one;
    };
    const pool = { ...second.pool, servers: onAsked(second, asked) };
    const fault = await faultOf(createBySize({ ...second, pool }, wanted(), call()));
    expect(fault.kind).to.equal('conflict');
    expect(servers.pool.get('v1')?.id).to.equal((await one).id);
    expect(servers.summary().bricks.map((brick) => brick.split(' ')[1])).to.deep.equal([
      'used',
      'used',
      'used',
    ]);
  });

  it('lets one of two coordinators win, which never undo each other’s bricks', async () => {
    for (let round = 0; round < 20; round += 1) {
      const servers = new MemoryServers(3 + (round % 3));
      const one = servers.coordinator(0).deps;
      const other = servers.coordinator(1).deps;
      const settled = await Promise.allSettled([
        createBySize(one, wanted(), call()),
        createBySize(other, wanted(), call()),
      ]);
      for (const outcome of settled) {
        if (outcome.status === 'rejected') expect(['busy', 'conflict']).to.include(outcome.reason.kind);
      }
      if (settled.every(({ status }) => status === 'rejected')) await createBySize(one, wanted(), call());
      const { volumes, bricks } = servers.summary();
      expect(volumes).to.have.length(1);
      expect(bricks.map((brick) => brick.split(' ')[0])).to.deep.equal(volumes[0]?.bricks);
      expect(bricks.every((brick) => brick.includes(' used '))).to.equal(true);
    }
  });

  it('leaves alone what another gateway made anew while it was held up', async () => {
    const servers = new MemoryServers(3);
    const { deps: late } = servers.coordinator(0);
    const { deps: other } = servers.coordinator(1);
    const slow = { ...late, gluster: { ...late.gluster, create: async () => heldUp() } };
    /** An hour passes: everybody takes the create for dead, and the name is made anew on the same devices. */
    async function heldUp(): Promise<string> {
      for (const { bricks } of servers.servers) bricks.stored.clear();
      await createBySize(other, wanted(), call());
      throw new Fault('uncertain', 'no answer');
    }
    const fault = await faultOf(createBySize(slow, wanted(), call()));
    expect(REPEATED).to.include(fault.kind);
    const { volumes, bricks } = servers.summary();
    expect([volumes.length, bricks.filter((brick) => brick.includes(' used ')).length]).to.deep.equal([1, 3]);
  });

  it('refuses a name that a whole volume has, and changes nothing', async () => {
    const servers = await withVolume();
    const before = servers.summary();
    const fault = await faultOf(createBySize(servers.coordinator(1).deps, wanted(), call()));
    expect(`${fault.kind}: ${fault.message}`).to.equal('conflict: volume already exists');
    expect(servers.summary()).to.deep.equal(before);
  });

  it('leaves bricks alone whose create is still under way on another gateway', async () => {
    const servers = new MemoryServers(3);
    const other = servers.at(1);
    using held = other.tokens.begin(other.id);
    const brick = { volume: 'v1', subvol: 0, brick: 0, device: '/srv/dev', provisioner: 'loop' as const };
    await other.bricks.reserve(held.token, [{ ...brick, dataBytes: GIB }]);
    const fault = await faultOf(createBySize(servers.coordinator(0).deps, wanted(), call()));
    expect(fault.kind).to.equal('busy');
    await sweep(servers.coordinator(1).deps, other.bricks, call());
    expect(other.bricks.stored.size).to.equal(1);
  });

  it('leaves used bricks of a lost volume alone and names them', async () => {
    const servers = await withVolume();
    servers.pool.volumes.clear();
    const fault = await faultOf(createBySize(servers.coordinator(0).deps, wanted(), call()));
    expect(fault.kind).to.equal('wrong-state');
    expect(fault.message).to.include('s1:/srv/dev/bricks/');
    for (const [index, { bricks }] of servers.servers.entries()) {
      await sweep(servers.coordinator(index).deps, bricks, call());
      expect(bricks.stored.size).to.equal(1);
    }
  });

  it('chooses another server when one refuses, and says why when none is left', async () => {
    const servers = new MemoryServers(4);
    const refuse = async () => {
      throw new Fault('exhausted', 'device /srv/dev is full');
    };
    servers.at(0).bricks.reserve = refuse;
    await createBySize(servers.coordinator(0).deps, wanted(), call());
    expect(servers.at(0).bricks.stored.size).to.equal(0);
    servers.at(1).bricks.reserve = refuse;
    const fault = await faultOf(
      createBySize(servers.coordinator(0).deps, { ...wanted(), name: 'v2' }, call()),
    );
    expect(fault.kind).to.equal('exhausted');
    expect(fault.message).to.include('s1 cannot be used').and.to.include('s2 cannot be used');
    expect(servers.summary().bricks).to.have.length(3);
  });

  it('does without a server that is down, or names it when it is needed', async () => {
    const servers = new MemoryServers(4);
    servers.pool.peerOf('s4').connected = false;
    await createBySize(servers.coordinator(0).deps, wanted(), call());
    servers.pool.peerOf('s3').connected = false;
    const fault = await faultOf(
      createBySize(servers.coordinator(0).deps, { ...wanted(), name: 'v2' }, call()),
    );
    expect(fault.kind).to.equal('unreachable');
    expect(fault.message).to.include('server s3 is down');
  });

  it('says the largest size that would fit when there is too little room', async () => {
    const servers = new MemoryServers(3, 10n * GIB);
    const fault = await faultOf(createBySize(servers.coordinator(0).deps, wanted({}, 20n * GIB), call()));
    expect(fault.kind).to.equal('exhausted');
    const largest = BigInt(/largest volume that fits has (\d+) bytes/.exec(fault.message)?.[1] ?? 0);
    expect(Number(largest)).to.be.within(9 * 2 ** 30, 10 * 2 ** 30);
    await createBySize(servers.coordinator(0).deps, wanted({}, largest), call());
  });

  it('leaves nothing when gluster refuses an option', async () => {
    const servers = new MemoryServers(3);
    const bad = { ...wanted(), options: { 'cluster.eager-lock': 'bad' } };
    expect((await faultOf(createBySize(servers.coordinator(0).deps, bad, call()))).kind).to.equal('invalid');
    expect(servers.summary()).to.deep.equal({ volumes: [], bricks: [] });
  });

  it('refuses a record that would kill glusterd before anything is made', async () => {
    const servers = new MemoryServers(3);
    const big = { ...wanted(), metadata: { text: 'x'.repeat(4000) } };
    const fault = await faultOf(createBySize(servers.coordinator(0).deps, big, call()));
    expect(fault.message).to.include('metadata size exceeds max allowed size of 4KB');
    expect(servers.pool.commands).to.deep.equal([]);
  });
});

type Servers = VolumeDeps['pool']['servers'];

/** The coordinator's servers; each waits for `until` before it uses bricks, and says first that it is there. */
function onUse(deps: VolumeDeps, there: () => void, until: Promise<void>): Servers {
  return async (given) =>
    (await deps.pool.servers(given)).map((server) => ({
      ...plain(server),
      use: async (...args) => {
        there();
        await until;
        return server.use(...args);
      },
    }));
}

/** The coordinator's servers; each does `first` before it tells of a token. */
function onAsked(deps: VolumeDeps, first: () => Promise<void>): Servers {
  return async (given) =>
    (await deps.pool.servers(given)).map((server) => ({
      ...plain(server),
      holdsToken: async (...args) => {
        await first();
        return server.holdsToken(...args);
      },
    }));
}

/** Its properties and methods, out of the proxy that counts steps. */
function plain(server: StorageServer): StorageServer {
  const names = Object.keys(server) as (keyof StorageServer)[];
  return Object.fromEntries(names.map((name) => [name, server[name]])) as unknown as StorageServer;
}
