import { expect } from 'chai';
import { device } from '../../src/glusterd2/device-wire.ts';
import * as wire from '../../src/glusterd2/wire.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';

const GIB = 2 ** 30;

describe('gateway routes: peers, devices, service', () => {
  let gateways: MemoryGateways;
  beforeEach(async () => {
    gateways = new MemoryGateways();
    await gateways.start(3);
  });
  afterEach(() => gateways.stop());

  const create = (body: object = {}) =>
    gateways.request('POST', '/v1/volumes', {
      body: { name: 'v1', size: GIB, replica: 3, metadata: { owner: 'me' }, ...body },
    });

  it('serves peers and their zones', async () => {
    const list = wire.peerList.parse((await gateways.request('GET', '/v1/peers')).json);
    expect(list.map((one) => [one.name, one.online, one.metadata['_zone']])).to.deep.equal([
      ['127.0.0.1', true, 'zone-1'],
      ['127.0.0.2', true, 'zone-2'],
      ['127.0.0.3', true, 'zone-3'],
    ]);
    expect(list[0]?.['client-addresses']).to.deep.equal(['127.0.0.1:24007']);
    const path = `/v1/peers/${gateways.at(1).peerId}`;
    expect((await gateways.request('GET', path)).json.name).to.equal('127.0.0.2');
    expect((await gateways.request('GET', '/v1/peers/nonsense')).status).to.equal(400);
    expect(
      (await gateways.request('GET', `/v1/peers/${'0'.repeat(8)}-0000-0000-0000-000000000000`)).status,
    ).to.equal(404);

    const added = await gateways.request('POST', '/v1/peers', { body: { addresses: ['127.0.0.9:24008'] } });
    expect([added.status, added.json.name]).to.deep.equal([201, '127.0.0.9']);
    expect(
      (await gateways.request('POST', '/v1/peers', { body: { addresses: ['127.0.0.9'] } })).status,
    ).to.equal(409);
    for (const address of ['--all', '', 'a b', 'x/y']) {
      const refused = await gateways.request('POST', '/v1/peers', { body: { addresses: [address] } });
      expect(refused.status, address).to.equal(400);
    }
    gateways.pool.peerOf('127.0.0.9').connected = false;
    expect((await gateways.request('DELETE', `/v1/peers/${added.json.id}`)).status).to.equal(204);
    await create();
    const used = await gateways.request('DELETE', path);
    expect([used.status, used.json.errors[0].message]).to.deep.equal([
      403,
      'cannot delete peer, peer has bricks',
    ]);
    expect((await gateways.request('DELETE', `/v1/peers/${gateways.at(0).peerId}`)).status).to.equal(400);
  });

  it('serves devices of all servers', async () => {
    const base = `/v1/devices/${gateways.at(1).peerId}`;
    const added = await gateways.request('POST', base, { body: { device: '/srv/new' } });
    expect([added.status, added.headers['location']]).to.deep.equal([201, `${base}/srv/new`]);
    expect(device.parse(added.json)).to.include({ provisioner: 'loop', 'device-used': false });
    expect((await gateways.request('POST', base, { body: { device: '/srv/new' } })).status).to.equal(409);
    expect((await gateways.request('POST', base, { body: { device: '/etc' } })).status).to.equal(400);
    expect((await gateways.request('GET', '/v1/devices')).json).to.have.length(4);
    expect((await gateways.request('GET', base)).json).to.have.length(2);
    const disabled = await gateways.request('POST', `${base}/srv/new`, { body: { state: 'disabled' } });
    expect([disabled.status, disabled.text]).to.deep.equal([200, '']);
    expect((await gateways.request('GET', `${base}/srv/new`)).json[0].state).to.equal('disabled');
    expect((await gateways.request('GET', `${base}/srv/none`)).status).to.equal(404);
    expect((await gateways.request('DELETE', `${base}/srv/new`)).status).to.equal(204);
    await create();
    expect((await gateways.request('DELETE', `${base}/srv/dev`)).status).to.equal(409);
  });

  it('tells capacity, which a volume of that size then has', async () => {
    const asked = await gateways.request('POST', '/v1/capacity', { body: { replica: 3 } });
    const { available, 'maximum-volume-size': largest } = wire.capacityReply.parse(asked.json);
    expect(available >= largest && largest > 90n << 30n).to.equal(true);
    expect((await create({ size: Number(largest) })).status).to.equal(201);
    const full = await create({ name: 'v2' });
    expect([full.status, full.json.errors[0].fields.fault]).to.deep.equal([507, 'exhausted']);
    const none = await gateways.request('POST', '/v1/capacity', { body: { disperse: 6 } });
    expect(none.json).to.deep.equal({ available: 0, 'maximum-volume-size': 0 });
  });

  it('lists what it serves, additions too, and nothing of what gateways ask of each other', async () => {
    const reply = await gateways.request('GET', '/endpoints', { authorization: null });
    const list = wire.endpointList.parse(reply.json);
    const names = list.map(({ name }) => name);
    expect(names).to.include.members(Object.values(wire.ADDITIONS));
    expect(list.find(({ name }) => name === 'DeviceInfo')?.path).to.equal('/devices/{peerid}/{device:.*}');
    expect(list.find(({ name }) => name === 'VolumeInfo')?.path).to.equal('/volumes/{volname}');
    expect(reply.text).to.not.include('internal');
  });

  it('is stable about who it is, and gives each request an id of its own', async () => {
    const [one, other] = [
      await gateways.request('GET', '/version'),
      await gateways.request('GET', '/version', { gateway: 1 }),
    ];
    expect(one.json).to.deep.equal({ 'glusterd-version': '10.3', 'api-version': 1 });
    await gateways.request('GET', '/v1/peers', { gateway: 1 });
    const later = await gateways.request('GET', '/version', { gateway: 1 });
    expect(one.headers['x-gluster-peer-id']).to.equal(gateways.at(0).peerId);
    expect(later.headers['x-gluster-peer-id']).to.equal(gateways.at(1).peerId);
    expect(later.headers['x-gluster-cluster-id']).to.equal(one.headers['x-gluster-cluster-id']);
    expect(later.headers['x-request-id']).to.not.equal(other.headers['x-request-id']);
  });
});
