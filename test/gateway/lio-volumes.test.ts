import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { CHAP, GIB, LioWorld, N1, N2, VOLUMES } from './lio-world.ts';

describe('block volumes of lio', () => {
  let world: LioWorld;
  beforeEach(async () => {
    world = await LioWorld.start();
  });
  afterEach(() => world.stop());

  it('lie on hosting volumes of their own, and are exported by nobody at first', async () => {
    const made = await world.create('one', { metadata: { owner: 'x' } });
    expect(made.status, made.text).to.equal(201);
    expect(made.json).to.deep.include({ portals: [], hosts: [], iqn: '', lun: 0, wwn: '', published: [] });
    expect((await world.create('one', { metadata: { owner: 'x' } })).status).to.equal(200);
    expect((await world.create('one', { size: 2 * GIB })).json.errors[0].fields.fault).to.equal('conflict');
    expect((await world.create('two', { size: 1000 })).json.errors[0].message).to.include('4096');
    const virtblock = '/v1/blockvolumes/virtblock';
    expect((await world.gateways.request('GET', `${virtblock}/one`)).status).to.equal(404);
    const own = { name: 'one', size: GIB };
    const other = await world.gateways.request('POST', virtblock, { body: own });
    expect(other.status, other.text).to.equal(201);
    expect(other.json.hostingvolume).to.not.equal(made.json.hostingvolume);
    const wrong = { ...own, name: 'three', hostingvolume: made.json.hostingvolume };
    const refused = await world.gateways.request('POST', virtblock, { body: wrong });
    expect(refused.json.errors[0].message).to.include('hosts no block volumes of virtblock');
    expect(world.exported()).to.deep.equal([]);
  });

  it('are exported by the one server that the bricks let in, to the initiator of the node', async () => {
    await world.create('one');
    const published = await world.post('/one/publish', N1, 1);
    expect(published.status, published.text).to.equal(200);
    const { portals, iqn, wwn, hosts } = published.json;
    const { host } = world.serverOf(portals);
    expect(hosts).to.deep.equal([host]);
    expect(world.allowed()).to.include(`/one(${host}),`);
    expect(published.json.published).to.deep.equal([
      { node: 'n1', initiator: N1.initiator, readonly: false, shared: false },
    ]);
    expect(published.text).to.not.include(CHAP.password).and.not.include(CHAP.mutual.password);
    const { text } = await world.gateways.request('GET', `${VOLUMES}/one`);
    expect(text).to.not.include(CHAP.password).and.not.include(CHAP.mutual.password);
    const options = JSON.stringify([...world.gateways.pool.volumes.values()].map((one) => one.options));
    expect(options).to.not.include(CHAP.password);
    expect(world.exported()).to.deep.equal([
      { host, name: 'one', bytes: BigInt(GIB), wish: { iqn, wwn, portals, acls: [N1] } },
    ]);
    expect((await world.post('/one/publish', N1, 2)).json).to.deep.equal(published.json);
    expect(await world.get('one')).to.deep.include({ portals, iqn, wwn, lun: 0 });
    const { metadata: _metadata, ...told } = published.json;
    expect((await world.gateways.request('GET', VOLUMES)).json).to.deep.equal([told]);
  });

  it('have another name each time when nobody had them before, so that sessions of then find nobody', async () => {
    await world.create('one');
    const names: string[] = [];
    for (const node of [N1, N2, N1]) {
      const { iqn } = (await world.post('/one/publish', node)).json;
      expect((await world.post('/one/publish', node)).json.iqn).to.equal(iqn);
      names.push(iqn);
      await world.post('/one/unpublish', { node: node.node });
    }
    expect(new Set(names).size).to.equal(3);
    const shared = await world.post('/one/publish', { ...N1, shared: true });
    expect((await world.post('/one/publish', { ...N2, shared: true })).json.iqn).to.equal(shared.json.iqn);
  });

  it('know an initiator however its name is spelt, as the kernel compares small letters', async () => {
    await world.create('one');
    await world.post('/one/publish', N1);
    const spelt = await world.post('/one/publish', { ...N1, initiator: 'iqn.2026-11.org.Example:N1' });
    expect(spelt.json.published, spelt.text).to.have.length(1);
    expect(world.exported()[0]?.wish?.acls).to.deep.equal([N1]);
  });

  it('begin empty: what copies bricks does not reach what an exporter holds', async () => {
    const copy = { source: { volume: 'one' }, hostingvolume: 'h' };
    for (const provider of ['lio', 'gluster-block']) {
      const body = { name: 'two', size: GIB, ...copy };
      const refused = await world.gateways.request('POST', `/v1/blockvolumes/${provider}`, { body });
      expect([refused.status, refused.text]).to.satisfy(
        ([status, text]: [number, string]) => status === 400 && text.includes('virtblock only'),
      );
    }
  });

  it('have one writer, or shared ones, or readers', async () => {
    await world.create('one');
    await world.post('/one/publish', N1);
    const second = await world.post('/one/publish', N2, 2);
    expect([second.status, second.json.errors[0].message]).to.deep.equal([
      409,
      'it is published to node n1; unpublish it there first',
    ]);
    const twin = await world.post('/one/publish', { ...N2, initiator: N1.initiator, readonly: true });
    expect(twin.status).to.equal(409);
    await world.post('/one/publish', { ...N1, shared: true });
    expect((await world.post('/one/publish', { ...N2, shared: true })).json.published).to.have.length(2);
    const { chap: _chap, ...bare } = { ...N2, node: 'n3', initiator: `${N2.initiator}3`, shared: true };
    expect((await world.post('/one/publish', bare)).json.errors[0].message).to.include('CHAP');
    await world.post('/one/unpublish', { node: 'n1' });
    await world.post('/one/publish', { ...N2, readonly: true });
    expect((await world.post('/one/publish', { ...N1, readonly: true })).json.published).to.have.length(2);
  });

  it('refuse initiators and secrets that the target could not hold', async () => {
    await world.create('one');
    for (const bad of [
      { ...N1, initiator: '../core' },
      { ...N1, initiator: 'iqn.2026-11.org.example:a/b' },
      { ...N1, node: 'a b' },
      { ...N1, chap: { username: 'u', password: 'short' } },
      { ...N1, chap: { username: 'NULL', password: 'long-enough-secret' } },
      { ...N1, chap: { ...CHAP, mutual: { username: 'x', password: CHAP.password } } },
    ]) {
      const refused = await world.post('/one/publish', bad);
      expect(refused.status, refused.text).to.equal(400);
      expect(refused.text).to.not.include(CHAP.password);
    }
    expect(world.exported()).to.deep.equal([]);
  });

  it('are exported no more once the last node is unpublished, and then deleted', async () => {
    await world.create('one');
    const { wwn } = (await world.post('/one/publish', N1)).json;
    expect((await world.delete('one')).json.errors[0].message).to.include('published to n1');
    expect((await world.post('/one/unpublish', { node: 'n2' })).status).to.equal(204);
    expect(world.exported()).to.have.length(1);
    expect((await world.post('/one/unpublish', { node: 'n1' }, 2)).status).to.equal(204);
    expect((await world.post('/one/unpublish', { node: 'n1' })).status).to.equal(204);
    expect(world.exported()).to.deep.equal([]);
    expect(world.allowed()).to.not.include('/one(');
    expect((await world.post('/one/publish', N2)).json.wwn).to.equal(wwn);
    expect((await world.post('/one/unpublish')).status).to.equal(204);
    expect((await world.delete('one')).status).to.equal(204);
    expect(world.gateways.pool.volumes.size).to.equal(0);
    expect((await world.post('/one/unpublish', { node: 'n1' })).status).to.equal(204);
  });

  it('grow in the hands of their exporter', async () => {
    await world.create('one');
    await world.post('/one/publish', N1);
    const grown = await world.post('/one/expand', { size: 2 * GIB }, 2);
    expect(grown.json.size, grown.text).to.equal(2 * GIB);
    expect(world.exported()[0]?.bytes).to.equal(BigInt(2 * GIB));
    const { exports } = world.serverOf(grown.json.portals);
    exports.before = (step) => {
      if (step === 'grow') throw new Fault('unreachable', 'dmsetup failed');
    };
    const broken = await world.post('/one/expand', { size: 3 * GIB });
    expect(broken.json.errors[0].fields.fault).to.equal('uncertain');
    exports.before = () => undefined;
    expect((await world.post('/one/expand', { size: 3 * GIB })).status).to.equal(200);
    expect(world.exported()[0]?.bytes).to.equal(BigInt(3 * GIB));
  });

  for (const step of ['sources', 'open', 'readState', 'writeState', 'serve', 'close'])
    it(`end as they should after a fault in ${step}, by the same requests again`, async () => {
      await world.create('one');
      let faults = 1;
      for (const { exports } of world.gateways.gateways)
        exports.before = (at) => {
          if (at === step && faults-- > 0) throw new Fault('timed-out', `${step} did not end`);
        };
      const retried = async (path: string, body: unknown) => {
        const first = await world.post(path, body);
        return first.status < 300 ? first : world.post(path, body);
      };
      const published = await retried('/one/publish', N1);
      expect(published.status, published.text).to.equal(200);
      expect(world.exported()).to.have.length(1);
      faults = 1;
      expect((await retried('/one/unpublish', { node: 'n1' })).status).to.equal(204);
      expect(world.exported()).to.deep.equal([]);
      expect((await world.delete('one')).status).to.equal(204);
    });
});
