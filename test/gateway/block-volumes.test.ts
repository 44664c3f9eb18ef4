import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { BlockWorld, GIB, VOLUMES, W1 } from './block-world.ts';

describe('block volumes through the REST API', () => {
  let world: BlockWorld;
  beforeEach(async () => {
    world = await BlockWorld.start();
  });
  afterEach(() => world.stop());

  it('are made with a hosting volume of three copies, and the same again is the same', async () => {
    const metadata = { owner: 'us' };
    const made = await world.create('one', { metadata });
    expect(made.status, made.text).to.equal(201);
    expect(made.json).to.include({ name: 'one', size: GIB, iqn: '' });
    expect(made.headers['location']).to.equal(`${VOLUMES}/one`);
    const again = await world.create('one', { metadata }, 1);
    expect([again.status, again.json]).to.deep.equal([200, made.json]);
    expect(world.hostingOf()).to.include({
      name: made.json.hostingvolume,
      replicaCount: 3,
      state: 'Started',
    });
    expect((await world.create('two')).json.hostingvolume).to.equal(made.json.hostingvolume);
    expect(world.gateways.pool.volumes.size).to.equal(1);
    const listed = await world.gateways.request('GET', `${VOLUMES}?limit=1&after=one`);
    expect(listed.json.map(({ name, size }: { name: string; size: number }) => [name, size])).to.deep.equal([
      ['two', GIB],
    ]);
    expect((await world.gateways.request('GET', `${VOLUMES}/one`)).json.metadata).to.deep.equal(metadata);
  });

  it('are another one’s with another size, other metadata, or on another hosting volume', async () => {
    await world.create('one', { metadata: { owner: 'us' } });
    const others = [{ size: 2 * GIB, metadata: { owner: 'us' } }, { metadata: {} }];
    for (const other of others) {
      const { status, json } = await world.create('one', other);
      expect([status, json.errors[0].fields.fault]).to.deep.equal([409, 'conflict']);
    }
  });

  it('are 404 when missing, in every request but unpublish', async () => {
    await world.create('one');
    const answers = await Promise.all([
      world.gateways.request('GET', `${VOLUMES}/none`),
      world.gateways.request('DELETE', `${VOLUMES}/none`),
      world.post('/none/expand', { size: GIB }),
      world.post('/none/publish', W1),
      world.post('/none/unpublish', {}),
    ]);
    expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404, 404, 204]);
  });

  it('grow beyond the room there is, and their hosting volume with them, unless somebody else made it', async () => {
    const hosting = (await world.create('one', { size: 6 * GIB })).json.hostingvolume;
    const larger = await world.post('/one/expand', { size: 9 * GIB });
    expect([larger.status, larger.json.size], larger.text).to.deep.equal([200, 9 * GIB]);
    const { json } = await world.gateways.request('GET', `/v1/volumes/${hosting}`);
    expect(json.capacity).to.equal(9 * GIB + 32 * 1024 ** 2);
    const body = { name: 'host', size: 2 * GIB, replica: 3, metadata: { 'block-hosting': 'yes' } };
    await world.gateways.request('POST', '/v1/volumes', { body });
    await world.gateways.request('POST', '/v1/volumes/host/start');
    await world.create('two', { hostingvolume: 'host' });
    const refused = await world.post('/two/expand', { size: 3 * GIB });
    expect(refused.json.errors[0].fields.fault).to.equal('exhausted');
    expect(refused.json.errors[0].message).to.include('resize that volume');
  });

  it('grow, and never shrink', async () => {
    await world.create('one');
    expect((await world.post('/one/expand', { size: 2 * GIB })).json.size).to.equal(2 * GIB);
    expect((await world.post('/one/expand', { size: GIB })).json.size).to.equal(2 * GIB);
    const tooLarge = await world.post('/one/expand', { size: 900 * GIB });
    expect(tooLarge.json.errors[0].fields.fault).to.equal('exhausted');
  });

  it('are refused for what cannot be, by the name of the field', async () => {
    const bodies: readonly [object, string][] = [
      [{ name: '../x' }, 'name'],
      [{ name: '.gluster-csi' }, 'name'],
      [{ size: 0 }, 'size'],
      [{ blocktype: 'xfs' }, 'blocktype'],
      [{ hacount: 2 }, 'hacount'],
      [{ metadata: { _shape: 'x' } }, 'metadata'],
      [{ hostvolsize: GIB }, 'hostvolsize'],
      [{ hostvolreplicacnt: 1 }, 'hostvol.replica'],
      [{ hostvolreplicacnt: 3, hostvol: { replica: 2 } }, 'hostvolreplicacnt'],
      [{ hostvol: { distribute: 2 } }, 'hostvol.distribute'],
      [{ hostingvolume: 'a', hostvol: { replica: 3 } }, 'hostvol'],
      [{ hostvol: { options: { 'auth.allow': '*' } } }, 'auth.allow'],
    ];
    for (const [change, field] of bodies) {
      const { status, json } = await world.create('one', change);
      expect([status, json.errors[0].message], field).to.satisfy(
        ([code, message]: [number, string]) => code === 400 && message.includes(field),
      );
    }
    expect(world.gateways.pool.volumes.size).to.equal(0);
    await world.create('one');
    expect((await world.gateways.request('DELETE', `${VOLUMES}/one?prune=maybe`)).status).to.equal(400);
    expect((await world.gateways.request('GET', `${VOLUMES}/one?hostingvolume=../x`)).status).to.equal(400);
  });

  for (const step of ['mount', 'list', 'make', 'keep metadata']) {
    it(`are finished by a retry after a death at "${step}"`, async () => {
      let calls = 0;
      world.gateways.hosting.before = (name) => {
        if (name === step && calls++ === 0) throw new Fault('unreachable', 'died');
      };
      const first = await world.create('one', { metadata: { owner: 'us' } });
      const again = await world.create('one', { metadata: { owner: 'us' } }, 1);
      expect([first.status >= 500 || first.status === 201, again.status < 300]).to.deep.equal([true, true]);
      expect(world.gateways.pool.volumes.size).to.equal(1);
      expect((await world.gateways.request('GET', `${VOLUMES}/one`)).json.metadata).to.deep.equal({
        owner: 'us',
      });
    });
  }
});
