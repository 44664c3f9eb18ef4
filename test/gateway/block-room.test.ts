import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { getRecord } from '../../src/gateway/volume-record.ts';
import { BlockWorld, GIB } from './block-world.ts';

const SNAPSHOTS = '/v1/blocksnapshots/virtblock';
const MARGIN = 32n * 1024n ** 2n;
const NAMES = ['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8'];

describe('the room of a hosting volume', () => {
  let world: BlockWorld;
  beforeEach(async () => {
    world = await BlockWorld.start();
  });
  afterEach(() => world.stop());

  const take = (name: string, gateway: number) =>
    world.gateways.request('POST', SNAPSHOTS, { body: { name, volume: 'one' }, gateway });
  const expand = (name: string, size: number, gateway: number) =>
    world.post(`/${name}/expand`, { size }, gateway);
  const host = async () => {
    const body = { name: 'host', size: 4 * GIB, replica: 3, metadata: { 'block-hosting': 'yes' } };
    await world.gateways.request('POST', '/v1/volumes', { body });
    await world.gateways.request('POST', '/v1/volumes/host/start');
    return 'host';
  };
  const snapshots = (hosting: string) => [...world.gateways.hosting.snapshotsOf(hosting).values()];
  const promised = (hosting: string) =>
    [...world.gateways.hosting.disksOf(hosting).values(), ...snapshots(hosting)].reduce(
      (sum, { size }) => sum + size,
      MARGIN,
    );
  const capacity = (hosting: string) => getRecord(world.gateways.pool.get(hosting)).capacity ?? 0n;
  const faults = (
    answers: readonly { status: number; json: { errors: { fields: { fault: string } }[] } }[],
  ) => answers.flatMap(({ status, json }) => (status < 300 ? [] : [json.errors[0]?.fields.fault]));

  it('is enough for many snapshots at once through one gateway, which has it grow', async () => {
    const { hostingvolume } = (await world.create('one')).json;
    await Promise.all(NAMES.map((name) => world.create(`${name}-disk`, { hostingvolume, size: GIB / 4 })));
    // Of one block volume one at a time is taken: each has its own.
    const taken = await Promise.all(
      NAMES.map((name) =>
        world.gateways.request('POST', SNAPSHOTS, { body: { name, volume: `${name}-disk` } }),
      ),
    );
    // A slow machine has the bricks looked at too late for one or the other: those are asked for again.
    expect(faults(taken).filter((fault) => fault !== 'busy')).to.deep.equal([]);
    expect(snapshots(hostingvolume).length).to.be.greaterThan(1);
    expect(capacity(hostingvolume) >= promised(hostingvolume)).to.equal(true);
  });

  for (const gateways of [1, 3]) {
    it(`is never promised twice to snapshots, expansions and volumes at once through ${gateways}`, async () => {
      const given = await host();
      const made = (await world.create('made')).json.hostingvolume;
      for (const hostingvolume of [given, made])
        for (const name of ['a', 'b', 'c'])
          await world.create(`${hostingvolume}-${name}`, { hostingvolume, size: GIB / 2 });
      const work = [given, made].flatMap((hosting) =>
        ['a', 'b', 'c'].flatMap((name, index) => {
          const body = { name: `${hosting}-snap-${name}`, volume: `${hosting}-${name}` };
          const gateway = index % gateways;
          return [
            () => world.gateways.request('POST', SNAPSHOTS, { body, gateway }),
            () => world.create(`${hosting}-more-${name}`, { hostingvolume: hosting }, gateway),
          ];
        }),
      );
      for (let round = 0; round < 3; round += 1) {
        const answers = await Promise.all(work.map((one) => one()));
        expect(faults(answers).filter((fault) => fault !== 'busy' && fault !== 'exhausted')).to.deep.equal(
          [],
        );
        for (const hosting of [given, made])
          expect(capacity(hosting) >= promised(hosting), `${hosting}, round ${round}`).to.equal(true);
      }
      expect(snapshots(given).length + world.gateways.hosting.disksOf(given).size).to.be.greaterThan(3);
    });
  }

  it('is looked at again after a snapshot, which goes when another gateway has used it', async () => {
    const hosting = await host();
    await world.create('one', { hostingvolume: hosting, size: 3 * (GIB / 2) });
    world.gateways.hosting.before = (step) => {
      if (step === 'rename snapshot') world.gateways.hosting.put(hosting, 'other', BigInt(2 * GIB));
    };
    expect(faults([await take('s1', 0)])).to.deep.equal(['busy']);
    world.gateways.hosting.before = () => undefined;
    expect(snapshots(hosting)).to.deep.equal([]);
    expect(faults([await take('s1', 0)])).to.deep.equal(['exhausted']);
  });

  it('is looked at again by the retry of a snapshot whose request died before it did', async () => {
    const hosting = await host();
    await world.create('one', { hostingvolume: hosting, size: 3 * (GIB / 2) });
    let lists = 0;
    world.gateways.hosting.before = (step) => {
      if (step === 'rename snapshot') world.gateways.hosting.put(hosting, 'other', BigInt(2 * GIB));
      if (step === 'remove snapshot' && ++lists === 1) throw new Fault('unreachable', 'died');
    };
    expect(faults([await take('s1', 0)])).to.deep.equal(['uncertain']);
    expect(snapshots(hosting)).to.have.length(1);
    expect(faults([await take('s1', 1)])).to.deep.equal(['busy']);
    expect(snapshots(hosting)).to.deep.equal([]);
  });

  it('is made again after an expansion, and by its retry, when another gateway has used it meanwhile', async () => {
    const { hostingvolume } = (await world.create('one')).json;
    let grown = 0;
    world.gateways.hosting.before = (step) => {
      if (step === 'grow') world.gateways.hosting.put(hostingvolume, 'other', BigInt(3 * GIB));
      if (step === 'grow') grown += 1;
      if (step === 'list' && grown > 0 && grown++ === 1) throw new Fault('unreachable', 'died');
    };
    expect((await expand('one', 4 * GIB, 0)).status).to.be.greaterThan(400);
    world.gateways.hosting.before = () => undefined;
    expect((await expand('one', 4 * GIB, 1)).status).to.equal(200);
    expect(capacity(hostingvolume)).to.equal(promised(hostingvolume));
  });

  it('is looked at right before a file grows on a hosting volume that keeps its size', async () => {
    const hosting = await host();
    await world.create('one', { hostingvolume: hosting });
    let lists = 0;
    world.gateways.hosting.before = (step) => {
      if (step === 'list' && ++lists === 2) world.gateways.hosting.put(hosting, 'other', BigInt(2 * GIB));
    };
    expect(faults([await expand('one', 3 * GIB, 0)])).to.deep.equal(['exhausted']);
    expect(world.gateways.hosting.disksOf(hosting).get('one')?.size).to.equal(BigInt(GIB));
  });
});
