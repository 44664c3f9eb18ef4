import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { BlockWorld, GIB } from './block-world.ts';

const SNAPSHOTS = '/v1/blocksnapshots/virtblock';
const DISK = 'one/disk';

describe('snapshots of block volumes through the REST API', () => {
  let world: BlockWorld;
  let hosting: string;
  let bricks: readonly string[];
  beforeEach(async () => {
    world = await BlockWorld.start();
    hosting = (await world.create('one', { hostvolsize: 8 * GIB })).json.hostingvolume;
    bricks = world.hostingOf()?.bricks.map(({ path }) => path) ?? [];
    for (const brick of bricks) files().write(at(brick, DISK), 3, 'three');
  });
  afterEach(() => world.stop());

  const files = () => world.gateways.hosting.files;
  const at = (brick: string, path: string) => ({ volume: hosting, brick, path });
  const snapshotDisk = (name: string) => `.gluster-csi/snapshots/${name}/disk`;
  const contents = (path: string) =>
    bricks.map((brick) => Object.fromEntries(files().blocksOf(at(brick, path))));
  const take = (name: string, more: object = {}, gateway = 0) =>
    world.gateways.request('POST', SNAPSHOTS, { body: { name, volume: 'one', ...more }, gateway });
  const get = (name: string) => world.gateways.request('GET', `${SNAPSHOTS}/${name}`);
  const remove = (name: string) => world.gateways.request('DELETE', `${SNAPSHOTS}/${name}?prune=true`);
  const faultIn = ({ json }: { json: { errors: { fields: { fault: string } }[] } }) =>
    json.errors[0]?.fields.fault;

  it('are taken once, told of, and outlive their source and the hosting volume’s last volume', async () => {
    const metadata = { owner: 'us' };
    const taken = await take('s1', { metadata });
    expect(taken.status, taken.text).to.equal(201);
    expect(taken.json).to.deep.include({
      name: 's1',
      volume: 'one',
      hostingvolume: hosting,
      size: GIB,
      ready: true,
      metadata,
    });
    expect((await take('s1', { metadata }, 1)).json).to.deep.equal(taken.json);
    expect(faultIn(await take('s1', {}))).to.equal('conflict');
    await world.create('two', { size: GIB });
    expect(faultIn(await take('s1', { volume: 'two', metadata }))).to.equal('conflict');
    for (const name of ['one', 'two'])
      await world.gateways.request('DELETE', `/v1/blockvolumes/virtblock/${name}?prune=true`);
    expect((await get('s1')).json).to.deep.equal(taken.json);
    const listed = await world.gateways.request('GET', `${SNAPSHOTS}?volume=one&limit=5`);
    expect(listed.json).to.deep.equal([taken.json]);
    expect((await remove('s1')).status).to.equal(204);
    expect((await remove('s1')).status).to.equal(404);
    expect(world.gateways.pool.volumes.size).to.equal(0);
  });

  it('are of one moment on all bricks, although each was taken at its own', async () => {
    files().before = (step, brick) => {
      if (step !== 'clone') return;
      const index = bricks.indexOf(brick);
      // A writer that goes on: each brick has a block more that no other has, and another text in one.
      files().write(at(brick, DISK), 100 + index, 'late');
      files().write(at(brick, DISK), 3, `three, on brick ${index}`);
    };
    expect((await take('s1')).status).to.equal(201);
    const [first, ...others] = contents(snapshotDisk('s1'));
    expect(first).to.deep.equal({ 3: 'three, on brick 0', 100: 'late' });
    for (const other of others) expect(other).to.deep.equal(first);
  });

  it('are refused when a brick may lack something, or is down, and nothing is left', async () => {
    const [first = '', second = ''] = bricks;
    files().get(at(first, DISK)).blaming.add(second);
    expect(faultIn(await take('s1'))).to.equal('busy');
    files().get(at(first, DISK)).blaming.clear();
    files().before = (step) => {
      if (step === 'clone') files().get(at(first, DISK)).blaming.add(second);
    };
    expect(faultIn(await take('s1'))).to.equal('busy');
    files().before = () => undefined;
    files().get(at(first, DISK)).blaming.clear();
    const peer = world.gateways.pool.peerOf('127.0.0.3');
    peer.connected = false;
    expect(faultIn(await take('s1'))).to.equal('unreachable');
    peer.connected = true;
    expect((await get('s1')).status).to.equal(404);
    expect((await take('s1')).status).to.equal(201);
  });

  it('are not told of when their hosting volume is about to be deleted', async () => {
    let cloned = false;
    files().before = (step) => {
      if (step !== 'clone' || cloned) return;
      cloned = true;
      // A delete of the source by another gateway: marked, and about to be looked at.
      const volume = world.gateways.pool.get(hosting);
      const record = volume.options['user.gluster-csi']?.replace('"yes"', '"closing"') ?? '';
      const options = { ...volume.options, 'user.gluster-csi': record };
      world.gateways.pool.volumes.set(hosting, { ...volume, options });
    };
    expect(faultIn(await take('s1'))).to.equal('busy');
    expect((await get('s1')).status).to.equal(404);
  });

  for (const [what, change, words] of [
    ['is sharded', { options: { 'features.shard': 'on' } }, /many files/],
    ['has several brick sets', { distributeCount: 3 }, /several brick sets/],
    ['is dispersed', { replicaCount: 1, disperseCount: 3, redundancyCount: 1 }, /not replicated/],
  ] as const) {
    it(`are refused with the reason where the hosting volume ${what}`, async () => {
      const volume = world.gateways.pool.get(hosting);
      const options = { ...volume.options, ...('options' in change ? change.options : {}) };
      world.gateways.pool.volumes.set(hosting, { ...volume, ...change, options });
      const { status, json } = await take('s1');
      expect([status, json.errors[0].fields.fault]).to.deep.equal([409, 'wrong-state']);
      expect(json.errors[0].message).to.match(words);
    });
  }

  it('take room, and none beyond what there is on a hosting volume that somebody made', async () => {
    const body = { name: 'host', size: 3 * GIB, replica: 3, metadata: { 'block-hosting': 'yes' } };
    await world.gateways.request('POST', '/v1/volumes', { body });
    await world.gateways.request('POST', '/v1/volumes/host/start');
    await world.create('two', { hostingvolume: 'host' });
    expect((await take('s1', { volume: 'two' })).status).to.equal(201);
    expect(faultIn(await take('s2', { volume: 'two' }))).to.equal('exhausted');
    const copy = { hostingvolume: 'host', source: { snapshot: 's1' } };
    expect(faultIn(await world.create('copy', copy))).to.equal('exhausted');
    expect(faultIn(await world.post('/two/expand', { size: 2 * GIB }))).to.equal('exhausted');
    await remove('s1');
    expect((await take('s2', { volume: 'two' })).status).to.equal(201);
  });

  it('have a hosting volume that was made for a claim grow, and so do copies of them', async () => {
    const names = ['s1', 's2', 's3', 's4', 's5', 's6', 's7'];
    for (const name of names) expect((await take(name)).status).to.equal(201);
    const copy = { hostingvolume: hosting, source: { snapshot: 's1' } };
    expect((await world.create('copy', copy)).status).to.equal(201);
    const { json } = await world.gateways.request('GET', `/v1/volumes/${hosting}`);
    expect(json.capacity).to.equal(9 * GIB + 32 * 1024 ** 2);
  });

  it('become block volumes, at least as large, that differ from then on', async () => {
    await take('s1');
    for (const brick of bricks) files().write(at(brick, DISK), 3, 'four');
    const copy = { hostingvolume: hosting, source: { snapshot: 's1' }, size: 2 * GIB };
    const made = await world.create('copy', copy);
    expect([made.status, made.json.size]).to.deep.equal([201, 2 * GIB]);
    expect(contents('copy/disk')).to.deep.equal(bricks.map(() => ({ 3: 'three' })));
    expect((await world.create('copy', copy, 1)).status).to.equal(200);
    expect(faultIn(await world.create('small', { ...copy, size: GIB / 2 }))).to.equal('out-of-range');
    const missing = { ...copy, source: { snapshot: 'none' } };
    expect(faultIn(await world.create('none', missing))).to.equal('not-found');
    const nowhere = await world.create('none', { source: { snapshot: 's1' } });
    expect([nowhere.status, nowhere.json.errors[0].message]).to.satisfy(
      ([code, message]: [number, string]) => code === 400 && message.includes('hostingvolume'),
    );
  });

  it('are passed through when a block volume is made of another, and are gone then', async () => {
    const copy = { hostingvolume: hosting, source: { volume: 'one' } };
    const made = await world.create('copy', copy);
    expect(made.status, made.text).to.equal(201);
    expect(contents('copy/disk')).to.deep.equal(bricks.map(() => ({ 3: 'three' })));
    expect([...world.gateways.hosting.snapshotsOf(hosting).keys()]).to.deep.equal([]);
  });

  it('that a clone was to be made by way of go with the clone, or after a day', async () => {
    const copy = { hostingvolume: hosting, source: { volume: 'one' } };
    const left = async (name: string) => {
      world.gateways.hosting.before = (step) => {
        if (step === 'remove snapshot') throw new Fault('unreachable', 'died');
      };
      expect((await world.create(name, copy)).status).to.be.at.least(400);
      world.gateways.hosting.before = () => undefined;
    };
    const kept = () => world.gateways.hosting.snapshotsOf(hosting);
    await left('first');
    await left('second');
    expect([...kept().keys()]).to.deep.equal(['.for-first', '.for-second']);
    expect((await world.gateways.request('GET', SNAPSHOTS)).json).to.deep.equal([]);
    await world.gateways.request('DELETE', '/v1/blockvolumes/virtblock/second');
    expect([...kept().keys()]).to.deep.equal(['.for-first']);
    const { json } = await take('s1');
    const facts = { ...json, volume: 'one', size: BigInt(GIB), brick: '', settled: 0n };
    const [now, longAgo] = [Date.now(), Date.now() - 2 * 86_400_000];
    for (const [name, times] of [
      ['.for-old', { createdAt: longAgo, keptAt: longAgo }],
      ['.for-older', { createdAt: longAgo }],
      ['.for-young', { createdAt: now }],
      ['.for-large', { createdAt: longAgo, keptAt: now }],
    ] as const)
      kept().set(name, { ...facts, name, ...times });
    await world.create('two');
    expect([...kept().keys()]).to.deep.equal(['s1', '.for-young', '.for-large']);
  });

  const steps = ['make snapshot', 'rename snapshot', 'keep snapshot', 'clone', 'digest', 'spread', 'look'];
  for (const step of [...steps, 'make', 'rename', 'keep metadata', 'remove snapshot']) {
    it(`are finished by a retry after a death at "${step}"`, async () => {
      const [, second = ''] = bricks;
      files().write(at(second, DISK), 9, 'not on the others');
      const copy = { hostingvolume: hosting, source: { volume: 'one' }, metadata: { a: 'b' } };
      let deaths = 0;
      const die = (now: string) => {
        if (now !== step || ++deaths > 1) return;
        throw new Fault('unreachable', 'died');
      };
      files().before = die;
      world.gateways.hosting.before = die;
      expect((await world.create('copy', copy)).status).to.be.at.least(400);
      expect(deaths).to.equal(1);
      expect((await world.create('copy', copy, 1)).status).to.be.oneOf([200, 201]);
      expect(contents('copy/disk')).to.deep.equal(bricks.map(() => ({ 3: 'three' })));
      expect([...world.gateways.hosting.snapshotsOf(hosting).keys()]).to.deep.equal([]);
      expect(
        (await world.gateways.request('GET', '/v1/blockvolumes/virtblock/copy')).json.metadata,
      ).to.deep.equal({
        a: 'b',
      });
    });
  }
});
