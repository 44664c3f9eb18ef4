import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import { createGluster } from '../../src/gateway/gluster-cli/create-gluster.ts';
import type { Gluster } from '../../src/gateway/gluster-cli/gluster.ts';
import type { GlusterServer } from './lab/gluster-server.ts';
import { Lab } from './lab/lab.ts';
import type { Machine } from './lab/machine.ts';
import { untilWhole } from './lab/trusted-pool.ts';
import { until } from './lab/until.ts';

const MOUNT = '/run/gluster-cli-test';

describe('the gluster command on a real pool', function () {
  this.timeout(120_000);
  let lab: Lab;
  let gluster: Gluster;
  before(async () => {
    lab = await Lab.up({ name: 'gluster-cli', workers: 1, disksPerServer: 1 });
    gluster = glusterOn(lab.server(1));
  });
  after(() => lab.down());

  const call = () => ({ id: 'test', signal: AbortSignal.timeout(60_000) });

  function glusterOn(server: GlusterServer): Gluster {
    return createGluster({ parallelMutations: 8, command: server.machine.argv(['gluster']) });
  }

  function bricksOf(volume: string) {
    return lab.servers.map(({ name }) => ({ host: name, path: `/srv/gluster/disk1/${volume}/brick` }));
  }

  function request(name: string, replica: number) {
    return {
      name,
      replica,
      arbiter: 0,
      disperse: 0,
      redundancy: 0,
      bricks: bricksOf(name),
      force: false,
    } as const;
  }

  async function make(name: string, replica: number): Promise<string> {
    for (const server of lab.servers)
      await server.machine.must(['mkdir', '-p', `/srv/gluster/disk1/${name}`]);
    return gluster.create(request(name, replica), call());
  }

  async function discard(name: string) {
    await gluster.stop(name, call());
    await gluster.delete(name, call());
    for (const server of lab.servers) await server.machine.must(['rm', '-rf', `/srv/gluster/disk1/${name}`]);
  }

  async function withMount(machine: Machine, server: string, volume: string, work: () => Promise<void>) {
    await machine.must(['mkdir', '-p', MOUNT]);
    await machine.must(['mount', '-t', 'glusterfs', `${server}:/${volume}`, MOUNT]);
    try {
      await work();
    } finally {
      await machine.must(['umount', MOUNT]);
    }
  }

  it('tells the version and the pool', async () => {
    expect(await gluster.version(call())).to.match(/^\d+\.\d+/);
    expect((await gluster.pool(call())).map((peer) => peer.host).sort()).to.deep.equal([
      'g2',
      'g3',
      'localhost',
    ]);
    expect(await gluster.volumes(call())).to.deep.equal([]);
  });

  it('takes a volume through its life', async () => {
    const id = await make('life', 3);
    await expectFault('conflict', () => gluster.create(request('life', 3), call()));
    const metadata = '{"v":1,"x":"<&\\" ž"}';
    await gluster.set('life', { 'user.gluster-csi': metadata, 'storage.reserve': '0' }, call());
    const created = await gluster.volume('life', call());
    expect(created).to.include({ id, state: 'Created', replicaCount: 3, distributeCount: 1 });
    expect(created?.options['user.gluster-csi']).to.equal(metadata);
    expect(created?.bricks.map(({ host, path }) => ({ host, path }))).to.deep.equal(bricksOf('life'));
    await expectFault('wrong-state', () => gluster.status('life', call()));
    expect(await gluster.clients('life', call())).to.deep.equal([]);
    await gluster.stop('life', call());

    await gluster.start('life', { force: false }, call());
    await gluster.start('life', { force: false }, call());
    await gluster.start('life', { force: true }, call());
    const status = await gluster.status('life', call());
    expect(status.map(({ online, fsType }) => [online, fsType])).to.deep.equal(Array(3).fill([true, 'xfs']));
    expect(status[0]?.sizeTotal).to.be.a('bigint');
    await until('self-heal daemons', async () =>
      (await gluster.healSummary('life', call())).every((brick) => brick.total === 0),
    );
    expect(await gluster.options('life', 'storage.reserve', call())).to.deep.equal([
      { name: 'storage.reserve', value: '0', isDefault: false },
    ]);
    await gluster.reset('life', 'storage.reserve', call());
    expect((await gluster.options('life', undefined, call())).length).to.be.greaterThan(200);
    await expectFault('wrong-state', () => gluster.delete('life', call()));
    await discard('life');
    await gluster.delete('life', call());
    expect(await gluster.volume('life', call())).to.equal(undefined);
  });

  it('says what is missing or wrong', async () => {
    await make('wrong', 3);
    await expectFault('not-found', () => gluster.start('absent', { force: false }, call()));
    await expectFault('not-found', () => gluster.stop('absent', call()));
    await expectFault('not-found', () => gluster.status('absent', call()));
    await expectFault('not-found', () => gluster.clients('absent', call()));
    await expectFault('not-found', () => gluster.healSummary('absent', call()));
    await expectFault('not-found', () => gluster.set('absent', { 'storage.reserve': '0' }, call()));
    await expectFault('invalid', () => gluster.set('wrong', { 'no.such': '0' }, call()));
    await expectFault('invalid', () => gluster.set('wrong', { 'storage.reserve': 'x' }, call()));
    await expectFault('invalid', () => gluster.reset('wrong', 'no.such', call()));
    await expectFault('invalid', () => gluster.options('wrong', 'no.such', call()));
    await expectFault('invalid', () =>
      gluster.create({ ...request('other', 3), bricks: bricksOf('wrong') }, call()),
    );
    await expectFault('conflict', () => gluster.probe('g2', call()));
    await expectFault('unreachable', () => gluster.probe('no-such-host', call()));
    await expectFault('wrong-state', () => gluster.detach('g3', call()));
    await expectFault('not-found', () => gluster.detach('no-such-host', call()));
    await gluster.delete('wrong', call());
  });

  it('tells clients from daemons: none, a worker, a server itself', async () => {
    for (const replica of [1, 3]) {
      const name = `clients${replica}`;
      await make(name, replica);
      await gluster.start(name, { force: false }, call());
      expect(await gluster.clients(name, call()), 'nobody').to.deep.equal([]);
      const fuse = [{ kind: 'fuse', count: 1 }];
      await withMount(lab.worker(1), 'g1', name, async () => {
        expect(await gluster.clients(name, call()), 'a worker').to.deep.equal(fuse);
      });
      await withMount(lab.server(2).machine, 'g2', name, async () => {
        expect(await gluster.clients(name, call()), 'a server').to.deep.equal(fuse);
      });
      await until('the clients gone', async () => (await gluster.clients(name, call())).length === 0);
      await discard(name);
    }
  });

  it('sees a client that reaches one server only, whichever gateway asks', async () => {
    await make('partial', 1);
    await gluster.start('partial', { force: false }, call());
    const worker = lab.worker(1);
    const addresses = await Promise.all(
      lab.servers.map(
        async ({ name }) => (await worker.must(['getent', 'hosts', name])).split(/\s/)[0] ?? '',
      ),
    );
    for (const reached of lab.servers) {
      const others = addresses.filter((_, index) => lab.servers[index] !== reached);
      for (const address of others) await worker.must(['ip', 'route', 'add', 'unreachable', address]);
      try {
        await withMount(worker, reached.name, 'partial', async () => {
          for (const asked of lab.servers) {
            const clients = await glusterOn(asked).clients('partial', call());
            expect(clients, `only ${reached.name} reached, asked on ${asked.name}`).to.deep.equal([
              { kind: 'fuse', count: 1 },
            ]);
          }
        });
      } finally {
        for (const address of others) await worker.must(['ip', 'route', 'del', 'unreachable', address]);
      }
    }
    await discard('partial');
  });

  it('answers busy to some of several servers that change one volume at once', async () => {
    await make('busy', 3);
    const ended = await Promise.allSettled(
      lab.servers.flatMap((server, index) =>
        [0, 1].map((turn) => glusterOn(server).set('busy', { 'user.x': `${index}${turn}` }, call())),
      ),
    );
    const refused = ended.filter((one) => one.status === 'rejected');
    expect(refused.length).to.be.lessThan(ended.length);
    for (const one of refused) expect(isFault(one.reason, 'busy'), String(one.reason)).to.equal(true);
    await gluster.delete('busy', call());
  });

  it('names the server that is down, and is uncertain when glusterd dies in a change', async () => {
    await make('down', 3);
    await gluster.start('down', { force: false }, call());
    for (const server of lab.servers)
      await server.machine.must(['mkdir', '-p', '/srv/gluster/disk1/needs-g3']);
    const third = lab.server(3);
    await third.powerCut();
    await until('g3 missed', async () => (await gluster.pool(call())).some((peer) => !peer.connected));
    const fault = await expectFault('unreachable', () => gluster.create(request('needs-g3', 3), call()));
    expect(fault.message).to.contain('g3');
    expect((await gluster.status('down', call())).map((brick) => brick.host)).to.deep.equal(['g1', 'g2']);
    expect(await gluster.clients('down', call())).to.deep.equal([]);
    await third.boot();
    await third.startGlusterd();
    await untilWhole(lab.server(1), 3);
    await gluster.start('down', { force: true }, call());

    const stopping = gluster.stop('down', call()).catch((error: unknown) => error);
    await until('a stop under way', () => isRunning(lab.server(1).machine, 'volume stop down'), {
      everyMs: 20,
    });
    await lab.server(1).machine.must(['pkill', '-KILL', '-x', 'glusterd']);
    expect(isFault(await stopping, 'uncertain'), String(await stopping)).to.equal(true);
    await expectFault('unreachable', () => gluster.volumes(call()));
    await lab.server(1).startGlusterd();
    await untilWhole(lab.server(1), 3);
    await discard('down');
  });
});

async function isRunning(machine: Machine, words: string): Promise<boolean> {
  const { exitCode } = await machine.exec(['pgrep', '--full', '--exact', `gluster .*${words}`]);
  return exitCode === 0;
}

async function expectFault(kind: Parameters<typeof isFault>[1] & string, act: () => Promise<unknown>) {
  try {
    await act();
  } catch (error) {
    if (isFault(error, kind)) return error;
    throw error;
  }
  throw new Error(`nothing was thrown, ${kind} was expected`);
}
