import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import { AttachedDisk } from './block/attached-disk.ts';
import { BlockApi } from './block/block-api.ts';
import { OrderedWriter } from './block/ordered-writer.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';

const MIB = 1024n ** 2n;
const SIZE = 64n * MIB;
const SERVERS = ['g1', 'g2', 'g3'];
const ROUNDS = 5;

describe('virtblock: snapshots of block volumes on the pool', () => {
  let deployment: Deployment;
  let apis: readonly BlockApi[];
  let hosting: string;
  const api = (server = 1) => apis[server - 1] as BlockApi;

  before(async () => {
    deployment = await sharedDeployment();
    apis = await Promise.all([1, 2, 3].map((server) => BlockApi.through(deployment, server)));
    hosting = (await api().create('source', SIZE, { hostvolsize: Number(1024n * MIB) })).hostingvolume;
  });
  afterEach(async () => {
    for (const gateway of deployment.gateways) if (!gateway.isRunning) await gateway.start();
    for (const { name } of await api().snapshots()) await api().deleteSnapshot(name);
    for (const { name } of await api().list()) if (name !== 'source') await api().delete(name);
  });
  after(async () => {
    await api().unpublish('source', 'w1');
    await api().delete('source');
    await expectNothingLeft(deployment.lab);
  });

  async function attach(worker: number, name: string): Promise<AttachedDisk> {
    await api().publish(name, `w${worker}`, [deployment.lab.addressOf(`w${worker}`)]);
    const disk = new AttachedDisk(deployment.lab.worker(worker), name);
    expect(await disk.mount(SERVERS, hosting, name), `${name} on w${worker}`).to.equal(true);
    return disk;
  }

  /** Of what each brick has. */
  async function sumsOf(path: string): Promise<ReadonlySet<string | undefined>> {
    const command = `cat /srv/gluster/disk1/bricks/${hosting}.0.*/fs/brick/${path} | sha256sum`;
    const sums = deployment.lab.servers.map(({ machine }) => machine.must(['sh', '-c', command]));
    return new Set((await Promise.all(sums)).map((line) => line.split(' ')[0]));
  }

  it('have all that was acknowledged before, nothing without what came before it, and bricks alike', async () => {
    const source = await attach(1, 'source');
    const writer = await OrderedWriter.start(deployment.lab.worker(1), '/run/source/disk');
    try {
      for (let round = 1; round <= ROUNDS; round += 1) {
        const so = await writer.count();
        await until('it writes', async () => (await writer.count()) > so + 200);
        const snapshot = await api((round % 3) + 1).snapshot(`s${round}`, 'source');
        expect(snapshot).to.include({ volume: 'source', size: SIZE, ready: true });
        expect((await sumsOf(`.gluster-csi/snapshots/s${round}/disk`)).size).to.equal(1);
        const name = `of-s${round}`;
        await api().create(name, SIZE, { hostingvolume: hosting, source: { snapshot: `s${round}` } });
        const copy = await attach(2, name);
        const faults = await writer.faultsOf(
          deployment.lab.worker(2),
          `/run/${name}/disk`,
          Date.parse(snapshot['created-at']),
        );
        await copy.end();
        await api().unpublish(name, 'w2');
        expect(faults, `round ${round}`).to.deep.equal([]);
        expect((await sumsOf(`${name}/disk`)).size).to.equal(1);
      }
    } finally {
      await writer.stop();
      await source.end();
      await api().unpublish('source', 'w1');
    }
  });

  it('are refused while a brick is down, and nothing is left of them', async () => {
    const brick = `${hosting}.0.2`;
    const { machine } = deployment.lab.server(3);
    await machine.exec(['pkill', '-KILL', '-f', `glusterfsd.*${hosting}`]);
    await until(
      'the brick is missed',
      async () => (await faultOf(api(1).snapshot('none', 'source'))) !== 'none',
    );
    expect(await faultOf(api(1).snapshot('none', 'source')), brick).to.equal('unreachable');
    await deployment.lab.server(1).mustGluster(['volume', 'start', hosting, 'force']);
    await until('it is taken', async () => (await faultOf(api(2).snapshot('late', 'source'))) === 'none');
    expect((await api(3).snapshots()).map(({ name }) => name)).to.include('late');
  });
});

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (isFault(error)) return error.kind;
    throw error;
  }
}
