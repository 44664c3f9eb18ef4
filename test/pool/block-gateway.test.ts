import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { isFault } from '../../src/control/fault.ts';
import { AttachedDisk } from './block/attached-disk.ts';
import { BlockApi } from './block/block-api.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { configureNetwork } from './lab/network.ts';
import { untilWhole } from './lab/trusted-pool.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';

const MIB = 1024n ** 2n;
const SIZE = 64n * MIB;
/** A hosting volume of its own, made with the first block volume and deleted with the last. */
const OTHER_SHAPE = { hostvolsize: Number(256n * MIB), hostvol: { replica: 2, arbiter: 1 } };
const HOSTING = { hostvolsize: Number(512n * MIB) };
/** Bricks cut a client within this time of the answer; the answer itself says that they have. */
const AT_ONCE_MS = 1_000;

describe('virtblock: block volumes through the gateways', () => {
  let deployment: Deployment;
  let apis: readonly BlockApi[];
  let hosting: string;
  const address = (worker: number) => deployment.lab.addressOf(`w${worker}`);
  const api = (server = 1) => apis[server - 1] as BlockApi;
  const servers = ['g1', 'g2', 'g3'];

  before(async () => {
    deployment = await sharedDeployment();
    apis = await Promise.all([1, 2, 3].map((server) => BlockApi.through(deployment, server)));
    hosting = (await api().create('first', SIZE, HOSTING)).hostingvolume;
    await api().create('second', SIZE);
  });
  afterEach(async () => {
    for (const gateway of deployment.gateways) if (!gateway.isRunning) await gateway.start();
  });
  after(async () => {
    for (const { name, published } of await api().list()) {
      for (const { node } of published) await api().unpublish(name, node);
      await api().delete(name);
    }
    await expectNothingLeft(deployment.lab);
  });

  async function attach(worker: number, name: string): Promise<AttachedDisk> {
    await api().publish(name, `w${worker}`, [address(worker)]);
    const disk = new AttachedDisk(deployment.lab.worker(worker), name);
    expect(await disk.mount(servers, hosting, name), `${name} on w${worker}`).to.equal(true);
    return disk;
  }

  it('are made once, are listed, grow and are deleted', async () => {
    const made = await api(1).create('life', SIZE, { metadata: { owner: 'us' } });
    const again = await api(2).create('life', SIZE, { metadata: { owner: 'us' } });
    expect([again, made.hostingvolume]).to.deep.equal([made, hosting]);
    expect(await faultOf(api(2).create('life', 2n * SIZE))).to.equal('conflict');
    expect((await api(3).expand('life', 2n * SIZE)).size).to.equal(2n * SIZE);
    expect((await api(1).expand('life', SIZE)).size).to.equal(2n * SIZE);
    // More than its hosting volume has, which grows with it.
    expect((await api(1).expand('life', 16n * SIZE)).size).to.equal(16n * SIZE);
    const listed = (await api(2).list()).map(({ name, size }) => [name, size]);
    expect(listed).to.deep.include(['life', 16n * SIZE]);
    expect((await api(3).get('life')).metadata).to.deep.equal({ owner: 'us' });
    await api(1).delete('life');
    expect(await faultOf(api(2).get('life'))).to.equal('not-found');
  });

  it('are mounted by the node that they are published to, and by no other', async () => {
    const disk = await attach(1, 'first');
    expect(await faultOf(api(2).publish('first', 'w2', [address(2)]))).to.equal('wrong-state');
    const other = new AttachedDisk(deployment.lab.worker(2), 'first');
    expect(await other.mount(servers, hosting, 'first')).to.equal(false);
    const unpublished = new AttachedDisk(deployment.lab.worker(1), 'second');
    expect(await unpublished.mount(servers, hosting, 'second')).to.equal(false);
    for (const one of [disk, other, unpublished]) await one.end();
    await api().unpublish('first', 'w1');
  });

  it('are published and unpublished at once through all gateways, and no change is lost', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) await api().create(name, MIB);
    const each = (act: (name: string, gateway: BlockApi) => Promise<unknown>) =>
      Promise.all(names.map((name, index) => act(name, api((index % 3) + 1))));
    const published = async () =>
      (await api().list()).filter((one) => one.published.length > 0).map(({ name }) => name);
    await each((name, gateway) => gateway.publish(name, 'w1', [address(1)]));
    expect(await published()).to.deep.equal(names);
    await each((name, gateway) => gateway.unpublish(name, 'w1'));
    expect(await published()).to.deep.equal([]);
    for (const name of names) await api().delete(name);
  });

  it('cannot be written any more once they are unpublished, and the node’s others go on', async () => {
    const [fenced, other] = [await attach(1, 'first'), await attach(1, 'second')];
    await Promise.all([fenced.write(), other.write()]);
    await until('both write', async () =>
      (await Promise.all([fenced.events(), other.events()])).every((events) => events.length > 0),
    );
    await api(2).unpublish('first', 'w1');
    const counter = async (worker: number) => {
      const disk = await attach(worker, 'first');
      const value = await disk.counter();
      await disk.end();
      return value;
    };
    const answered = Date.now() / 1000;
    await until('the writer fails', async () => has(await fenced.events(), 'failed'));
    const [failedAt = 0] = (await fenced.events()).filter(isFailure).map(secondOf);
    expect(failedAt - answered).to.be.below(AT_ONCE_MS / 1000);
    const before = await counter(2);
    await sleep(500);
    await api().unpublish('first', 'w2');
    expect(await counter(2)).to.equal(before);
    expect(await other.events()).to.satisfy((events: string[]) => !has(events, 'failed'));
    for (const one of [fenced, other]) await one.end();
    await api().unpublish('first', 'w2');
    await api().unpublish('second', 'w1');
  });

  for (const [how, stop, resume] of [
    ['is stopped', 'STOP', 'CONT'],
    ['has no network', 'cut', 'restore'],
  ] as const) {
    it(`cannot be written by a node that ${how} meanwhile, and then comes back`, async () => {
      const fenced = await attach(2, 'first');
      await fenced.write();
      await until('it writes', async () => has(await fenced.events(), 'ok'));
      await act(fenced, stop);
      try {
        await api(3).unpublish('first', 'w2');
        const disk = await attach(1, 'first');
        await disk.write();
        await until('the other writes', async () => has(await disk.events(), 'ok'));
        await act(fenced, resume);
        await until('the first fails', async () => has(await fenced.events(), 'failed'));
        const events = await disk.events();
        expect(has(events, 'failed')).to.equal(false);
        const late = (await fenced.events()).filter((line) => line.startsWith('ok'));
        expect(late).to.have.length(1);
        await disk.end();
        await api().unpublish('first', 'w1');
      } finally {
        await act(fenced, resume);
        await fenced.end();
      }
    });
  }

  /** Of worker 2: through worker 1 this process reaches the gateways. */
  async function act(disk: AttachedDisk, what: 'STOP' | 'CONT' | 'cut' | 'restore'): Promise<void> {
    if (what === 'STOP' || what === 'CONT') return disk.signal(what).catch(() => undefined);
    const bridge = `${deployment.lab.folder}/bridge/net`;
    await configureNetwork(bridge, [`link set w2 ${what === 'cut' ? 'down' : 'up'}`]);
  }

  it('are unpublished while a server is down, and refused by it when it is back', async () => {
    const disk = await attach(1, 'first');
    await deployment.lab.server(3).powerCut();
    await until('g3 is missed', async () =>
      (await deployment.lab.server(1).mustGluster(['pool', 'list'])).includes('Disconnected'),
    );
    await api(2).unpublish('first', 'w1');
    await disk.end();
    await deployment.bootServer(3);
    for (const server of deployment.lab.servers) await untilWhole(server, 3);
    const again = new AttachedDisk(deployment.lab.worker(1), 'first');
    expect(await again.mount(['g3'], hosting, 'first')).to.equal(false);
    await again.end();
  });

  for (const afterMs of [60, 300, 900]) {
    it(`are what was asked for after kill -9 of the gateway ${afterMs} ms into each request`, async () => {
      const create = (server: number) =>
        api(server).create('killed', SIZE, { ...OTHER_SHAPE, metadata: { after: `${afterMs}` } });
      const remove = (server: number) => api(server).delete('killed').catch(toleratingAbsence);
      const withTwo: readonly Step[] = [
        (server) => api(server).expand('killed', 2n * SIZE),
        (server) => api(server).publish('killed', 'w1', [address(1)]),
        (server) => api(server).unpublish('killed', 'w1'),
      ];
      for (const step of [create, ...withTwo, remove]) {
        const lost = step(1).catch(() => undefined);
        await sleep(afterMs);
        await deployment.gateway(1).kill();
        await lost;
        // To make or delete a hosting volume takes the gateways of all its servers.
        if (!withTwo.includes(step)) await deployment.gateway(1).start();
        await retried(() => step(2));
        if (!deployment.gateway(1).isRunning) await deployment.gateway(1).start();
      }
      expect((await api(3).list()).map(({ name }) => name)).to.deep.equal(['first', 'second']);
    });
  }
});

/** A request through the gateway of a server. */
type Step = (server: number) => Promise<unknown>;

/** A delete that was done already is done. */
function toleratingAbsence(error: unknown): void {
  if (!isFault(error, 'not-found')) throw error;
}

/** As the driver does: what may be under way is asked again. */
async function retried(act: () => Promise<unknown>): Promise<void> {
  let last: unknown;
  const isDone = async () => {
    try {
      await act();
      return true;
    } catch (error) {
      last = error;
      if (isFault(error, 'busy', 'uncertain', 'unreachable', 'timed-out')) return false;
      throw error;
    }
  };
  await until('the retry succeeds', isDone, { timeoutMs: 60_000, everyMs: 200 }).catch((cause: unknown) => {
    throw new Error(`the retry does not succeed: ${String(last)}`, { cause });
  });
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (isFault(error)) return error.kind;
    throw error;
  }
}

function has(events: readonly string[], what: string): boolean {
  return events.some((line) => line.startsWith(what));
}

function isFailure(line: string): boolean {
  return line.startsWith('failed');
}

function secondOf(line: string): number {
  return Number(line.split(' ')[1]);
}
