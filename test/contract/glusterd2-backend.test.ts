import { expect } from 'chai';
import type { Call } from '../../src/control/call.ts';
import type { Fault } from '../../src/control/fault.ts';
import type { RestBackend } from '../../src/glusterd2/backend.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import type { Layout, VolumeSpec } from '../../src/volumes/spec.ts';
import type { FakeGlusterd2, Mishap } from '../fakes/glusterd2-server.ts';
import { backendContract, type ContractSubject } from './backend.ts';
import { exchangeContract } from './exchange.ts';
import { startCluster } from './glusterd2-cluster.ts';
import { snapshotContract } from './snapshots.ts';

const GIB = 1024n ** 3n;
const REPLICA: Layout = { kind: 'replica', copies: 3, distribute: 1 };
async function makeSubject(): Promise<ContractSubject> {
  const { glusterd2, backend } = await startCluster();
  return {
    backend,
    volumeClass: { layout: REPLICA, brickType: 'lvm', zones: [], options: {} },
    sizeBytes: GIB,
    tooLargeBytes: 100n * GIB,
    connectClient: () => Promise.reject(new Error('glusterd2 cannot tell')),
    async [Symbol.asyncDispose]() {
      await backend.close();
      await glusterd2.close();
    },
  };
}

backendContract('the backend over glusterd2', makeSubject, { tellsClients: false });
exchangeContract('the backend over glusterd2', makeSubject, { exchanges: false });
snapshotContract('the backend over glusterd2', makeSubject, {
  hasGroups: false,
  outlivesSource: false,
  clonesBySize: false,
});

const OURS = { key: 'owner', value: 'us' };

describe('a backend over glusterd2 without the additions', () => {
  let glusterd2: FakeGlusterd2;
  let backend: RestBackend;

  beforeEach(async () => {
    ({ glusterd2, backend } = await startCluster());
  });
  afterEach(async () => {
    await backend.close();
    await glusterd2.close();
  });

  const call = (): Call => ({ id: 'test', signal: AbortSignal.timeout(5_000) });
  const name = parseVolumeName('v1');

  function spec(change: Partial<VolumeSpec> = {}): VolumeSpec {
    const base = {
      csiName: 'v1',
      capacityBytes: GIB,
      layout: REPLICA,
      brickType: 'lvm',
      zones: [],
      options: {},
    };
    return { name, ...base, ...change } as VolumeSpec;
  }

  async function kindOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'success',
      (error: Fault) => error.kind,
    );
  }

  function freeBytes(): number {
    return glusterd2.state.devices.reduce((sum, device) => sum + device.freeBytes, 0);
  }

  it('makes a volume of each layout and reads the same layout back', async () => {
    const layouts: Layout[] = [
      { kind: 'plain', distribute: 1 },
      { kind: 'plain', distribute: 2 },
      REPLICA,
      { kind: 'replica', copies: 2, distribute: 1 },
      { kind: 'replica', copies: 3, distribute: 2 },
      { kind: 'disperse', data: 2, redundancy: 1, distribute: 1 },
    ];
    for (const layout of layouts) {
      expect(await backend.create(spec({ layout }), {}, call())).to.equal('created');
      const volume = await backend.find(name, call());
      expect(volume).to.deep.equal({ name, capacityBytes: GIB, state: 'Created', layout, metadata: {} });
      await backend.delete(name, call());
    }
    const arbiter: Layout = { kind: 'arbiter', distribute: 1 };
    expect(await kindOf(backend.create(spec({ layout: arbiter }), {}, call()))).to.equal('out-of-range');
    // glusterd2 gives the arbiter 4/65536 of the size, and 300 MiB are the least that mkfs.xfs takes.
    for (const device of glusterd2.state.devices) device.freeBytes = 6000 * Number(GIB);
    await backend.create(spec({ layout: arbiter, capacityBytes: 5000n * GIB }), {}, call());
    expect((await backend.find(name, call()))?.layout).to.deep.equal(arbiter);
  });

  it('walks a volume through its life, each step twice, and gives everything back', async () => {
    const before = freeBytes();
    expect(await backend.find(name, call())).to.equal(undefined);
    expect(await backend.create(spec(), { owner: 'us' }, call())).to.equal('created');
    expect(await backend.create(spec(), { owner: 'us' }, call())).to.equal('exists');
    await backend.start(name, call());
    await backend.start(name, call());
    const volume = await backend.find(name, call());
    expect(volume).to.deep.include({ state: 'Started', metadata: { owner: 'us' } });
    expect(await backend.resize(name, 3n * GIB, call())).to.equal(3n * GIB);
    expect(await backend.resize(name, 3n * GIB, call())).to.equal(3n * GIB);
    expect(await backend.resize(name, GIB, call())).to.equal(3n * GIB);
    await backend.delete(name, call());
    await backend.delete(name, call());
    expect(freeBytes()).to.equal(before);
  });

  it('refuses what there is no room or no device for', async () => {
    expect(await kindOf(backend.create(spec({ capacityBytes: 21n * GIB }), {}, call()))).to.equal(
      'exhausted',
    );
    expect(await kindOf(backend.create(spec({ brickType: 'directory' }), {}, call()))).to.equal('exhausted');
    expect(await kindOf(backend.create(spec({ zones: ['a', 'b'] }), {}, call()))).to.equal('exhausted');
    expect(await kindOf(backend.start(name, call()))).to.equal('not-found');
    expect(await kindOf(backend.resize(name, GIB, call()))).to.equal('not-found');
    await backend.create(spec(), {}, call());
    expect(await kindOf(backend.resize(name, 40n * GIB, call()))).to.equal('exhausted');
    expect((await backend.find(name, call()))?.capacityBytes).to.equal(GIB);
  });

  it('cannot grow loop bricks, and says so', async () => {
    await backend.create(spec({ brickType: 'loop' }), {}, call());
    expect(await kindOf(backend.resize(name, 2n * GIB, call()))).to.equal('wrong-state');
  });

  it('leaves a started volume with snapshots running', async () => {
    await backend.create(spec(), {}, call());
    await backend.start(name, call());
    glusterd2.state.addSnapshot(name, 's1');
    expect(await kindOf(backend.delete(name, call()))).to.equal('wrong-state');
    expect((await backend.find(name, call()))?.state).to.equal('Started');
  });

  it('pages through its own volumes in order of name', async () => {
    for (const text of ['b', 'd', 'a', 'C', 'e']) {
      const one = { name: parseVolumeName(text), capacityBytes: GIB / 2n };
      await backend.create(spec(one), text === 'd' ? {} : { owner: 'us' }, call());
    }
    const names: string[] = [];
    for (let after = '', more = true; more; ) {
      const page = await backend.list({ ...OURS, after, limit: 2 }, call());
      names.push(...page.volumes.map((volume) => volume.name));
      after = names.at(-1) ?? '';
      more = page.more;
    }
    expect(names).to.deep.equal(['C', 'a', 'b', 'e']);
  });

  it('tells a capacity that can be had', async () => {
    const volumeClass = { layout: REPLICA, brickType: 'lvm', zones: [], options: {} } as const;
    const { maximumVolumeBytes, availableBytes } = await backend.capacity(volumeClass, call());
    expect([maximumVolumeBytes, availableBytes]).to.deep.equal([20n * GIB, 20n * GIB]);
    expect(await backend.create(spec({ capacityBytes: maximumVolumeBytes }), {}, call())).to.equal('created');
    expect((await backend.capacity(volumeClass, call())).availableBytes).to.equal(0n);
  });

  it('asks for nothing that it does not need', async () => {
    await backend.create(spec(), {}, call());
    await backend.start(name, call());
    await backend.delete(name, call());
    expect(glusterd2.seen.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      'POST /v1/volumes',
      'POST /v1/volumes/v1/start',
      'DELETE /v1/volumes/v1',
      'GET /v1/volumes/v1',
      'POST /v1/volumes/v1/stop',
      'DELETE /v1/volumes/v1',
    ]);
  });

  /** Every change of a volume's life; run again after a mishap until it succeeds. */
  const life: readonly (() => Promise<unknown>)[] = [
    () => backend.create(spec(), { owner: 'us' }, call()),
    () => backend.start(name, call()),
    () => backend.resize(name, 2n * GIB, call()),
    () => backend.delete(name, call()),
  ];

  for (const mishap of ['lose-request', 'lose-answer'] as const satisfies readonly Mishap[]) {
    it(`repeats each step after the ${mishap.slice(5)} was lost, to the same end`, async () => {
      const before = freeBytes();
      for (const step of life) {
        const hit = new Set<string>();
        // Each request of the step is hit once.
        glusterd2.mishap = ({ method, url }) => {
          if (method === 'GET' || hit.has(`${method} ${url}`)) return undefined;
          hit.add(`${method} ${url}`);
          return mishap;
        };
        let outcome = 'none';
        for (let tries = 0; outcome !== 'success'; tries += 1) {
          expect(tries).to.be.lessThan(6);
          outcome = await kindOf(step());
          expect(outcome).to.be.oneOf(['success', 'uncertain']);
        }
        expect(hit.size).to.be.greaterThan(0);
        const volume = await backend.find(name, call());
        if (step === life[2]) expect(volume?.capacityBytes).to.equal(2n * GIB);
      }
      expect(await backend.find(name, call())).to.equal(undefined);
      expect(freeBytes()).to.equal(before);
    });
  }
});
