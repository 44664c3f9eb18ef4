import { expect } from 'chai';
import * as wire from '../../src/glusterd2/wire.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';

const GIB = 2 ** 30;

describe('gateway routes', () => {
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

  it('walks a volume through its life', async () => {
    const created = await create({ options: { 'performance/io-cache.cache-size': '64MB' } });
    expect(created.status, created.text).to.equal(201);
    expect(created.headers['location']).to.equal('/v1/volumes/v1');
    const info = wire.volumeInfo.parse(created.json);
    expect(info).to.include({ name: 'v1', state: 'Created', type: 'Replicate', capacity: BigInt(GIB) });
    expect(info.metadata).to.deep.equal({ owner: 'me' });
    expect(info.options).to.deep.equal({
      'performance.cache-size': '64MB',
      'storage.reserve': '0',
      'auth.allow': '10.0.0.*',
    });
    expect(new Set(info.subvols[0]?.bricks.map((brick) => brick['peer-id'])).size).to.equal(3);

    const read = await gateways.request('GET', '/v1/volumes/v1', { gateway: 2 });
    expect(read.json).to.deep.equal(created.json);
    for (const _again of [1, 2]) {
      const started = await gateways.request('POST', '/v1/volumes/v1/start');
      expect([started.status, started.json.state]).to.deep.equal([200, 'Started']);
    }
    const grown = await gateways.request('POST', '/v1/volumes/v1/resize', { body: { size: 2 * GIB } });
    expect([grown.status, grown.json.capacity]).to.deep.equal([200, 2 * GIB]);
    const more = await gateways.request('POST', '/v1/volumes/v1/expand', {
      body: { size: GIB, distribute: 1 },
    });
    expect([more.status, more.json.capacity]).to.deep.equal([200, 3 * GIB]);

    const stopped = await gateways.request('POST', '/v1/volumes/v1/stop');
    expect([stopped.status, stopped.json.state]).to.deep.equal([200, 'Stopped']);
    const removed = await gateways.request('DELETE', '/v1/volumes/v1');
    expect([removed.status, removed.text]).to.deep.equal([204, '']);
    const again = await gateways.request('DELETE', '/v1/volumes/v1');
    expect([again.status, again.json.errors[0].message]).to.deep.equal([404, 'volume not found']);
    for (const { bricks } of gateways.gateways) expect(bricks.stored.size).to.equal(0);

    const events = await gateways.request('GET', '/v1/events', { gateway: 1 });
    const names = wire.eventList.parse(events.json).map(({ name }) => name);
    expect(names).to.deep.equal([
      'volume.created',
      'volume.started',
      'volume.started',
      'volume.expanded',
      'volume.expanded',
      'volume.stopped',
      'volume.deleted',
    ]);
  });

  it('tells status, bricks, heal-info and options', async () => {
    await create();
    const early = await gateways.request('GET', '/v1/volumes/v1/status');
    expect([early.status, early.json.errors[0].fields.fault]).to.deep.equal([409, 'wrong-state']);
    await gateways.request('POST', '/v1/volumes/v1/start');
    const status = wire.volumeStatus.parse((await gateways.request('GET', '/v1/volumes/v1/status')).json);
    expect(status.online).to.equal(true);
    expect(status.size).to.deep.equal({ capacity: 1000n, used: 100n, free: 900n });

    const [first] = gateways.pool.get('v1').bricks;
    gateways.pool.downBricks.add(`${first?.peerId}:${first?.path}`);
    const bricks = wire.brickStatusList.parse((await gateways.request('GET', '/v1/volumes/v1/bricks')).json);
    expect(bricks.filter(({ online }) => online)).to.have.length(2);
    const heal = wire.healInfo.parse((await gateways.request('GET', '/v1/volumes/v1/heal-info')).json);
    expect(heal.map((brick) => brick['total-entries'])).to.deep.equal([0, 0, 0]);

    const path = '/v1/volumes/v1/options';
    const set = await gateways.request('POST', path, {
      body: { options: { 'cluster/replicate.eager-lock': 'off' } },
    });
    expect(set.json.options['cluster.eager-lock']).to.equal('off');
    const one = await gateways.request('GET', `${path}/cluster/replicate.eager-lock`);
    expect(wire.volumeOption.parse(one.json)).to.include({
      name: 'cluster.eager-lock',
      value: 'off',
      modified: true,
    });
    const all = await gateways.request('GET', path);
    expect(
      wire.volumeOption
        .array()
        .parse(all.json)
        .map(({ name }) => name),
    ).to.not.include('user.gluster-csi');
    expect((await gateways.request('GET', `${path}/no.such`)).status).to.equal(404);
    expect(
      (await gateways.request('POST', path, { body: { options: { 'user.gluster-csi': 'x' } } })).status,
    ).to.equal(400);
    const reset = await gateways.request('DELETE', path, { body: { all: true } });
    expect(reset.json).to.include({ name: 'v1', capacity: GIB });
    expect(reset.json.options).to.deep.equal({ 'storage.reserve': '0', 'auth.allow': '10.0.0.*' });
    expect(
      (await gateways.request('DELETE', path, { body: { options: ['cluster.eager-lock'] } })).status,
    ).to.equal(400);
  });

  it('lists by metadata and by page, in order of name', async () => {
    for (const name of ['c', 'a', 'b'])
      await create({ name, metadata: { owner: name === 'b' ? 'you' : 'me' } });
    const names = async (query: string) =>
      (await gateways.request('GET', `/v1/volumes${query}`)).json.map((one: { name: string }) => one.name);
    expect(await names('')).to.deep.equal(['a', 'b', 'c']);
    expect(await names('?key=owner&value=me')).to.deep.equal(['a', 'c']);
    expect(await names('?value=you')).to.deep.equal(['b']);
    expect(await names('?limit=2')).to.deep.equal(['a', 'b']);
    expect(await names('?limit=2&after=b')).to.deep.equal(['c']);
    for (const limit of ['0', '-1', 'x', '10001', '']) {
      expect((await gateways.request('GET', `/v1/volumes?limit=${limit}`)).status).to.equal(400);
    }
  });

  it('edits metadata, and keeps what the volume is', async () => {
    await create();
    const path = '/v1/volumes/v1/edit';
    const added = await gateways.request('POST', path, { body: { metadata: { note: 'x' } } });
    expect([added.json.metadata, added.json.capacity]).to.deep.equal([{ owner: 'me', note: 'x' }, GIB]);
    const removed = await gateways.request('POST', path, {
      body: { metadata: { note: '' }, 'delete-metadata': true },
    });
    expect(removed.json.metadata).to.deep.equal({ owner: 'me' });
    const restricted = await gateways.request('POST', path, { body: { metadata: { _zone: 'x' } } });
    expect([restricted.status, restricted.json.errors[0].message]).to.deep.equal([
      400,
      "metadata: key names starting with '_' are restricted in metadata field",
    ]);
    const big = await gateways.request('POST', path, { body: { metadata: { note: 'x'.repeat(4000) } } });
    expect(big.json.errors[0].message).to.include('metadata size exceeds');
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
    expect(wire.device.parse(added.json)).to.include({ provisioner: 'loop', 'device-used': false });
    expect((await gateways.request('POST', base, { body: { device: '/srv/new' } })).status).to.equal(409);
    expect((await gateways.request('POST', base, { body: { device: '/etc' } })).status).to.equal(400);
    expect(
      (await gateways.request('POST', base, { body: { device: '/srv/x', provisioner: 'lvm' } })).status,
    ).to.equal(501);
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

  it('answers as glusterd2 for unknown paths, other methods and unreadable bodies', async () => {
    const unknown = await gateways.request('GET', '/v1/nothing');
    expect([unknown.status, unknown.text]).to.deep.equal([404, '404 page not found\n']);
    expect(unknown.headers['content-type']).to.match(/^text\/plain/);
    const method = await gateways.request('PATCH', '/v1/volumes');
    expect([method.status, method.text]).to.deep.equal([405, '']);
    const raw = await gateways.request('POST', '/v1/volumes', { raw: '{"name":' });
    expect([raw.status, raw.json.errors[0].message]).to.deep.equal([
      400,
      'body: unable to parse the request',
    ]);
    const large = await gateways.request('POST', '/v1/volumes', { raw: `"${'x'.repeat(1024 * 1024)}"` });
    expect(large.status).to.equal(422);
  });

  it('refuses bad volumes with 400 and the field, and makes nothing', async () => {
    const bad: readonly [object, string][] = [
      [{ name: '' }, 'name'],
      [{ name: 'x'.repeat(73) }, 'name'],
      [{ name: 'vol\u00fcme' }, 'name'],
      [{ name: '..' }, 'name'],
      [{ name: 'a/b' }, 'name'],
      [{ name: 'a\nb' }, 'name'],
      [{ name: '-v1' }, 'name'],
      [{ name: 'all' }, 'name'],
      [{ name: 5 }, 'name'],
      [{ size: -1 }, 'size'],
      [{ size: 0.5 }, 'size'],
      [{ size: 1000 }, 'size'],
      [{ size: 2 ** 60 }, 'size'],
      [{ size: 0 }, 'subvols'],
      [{ replica: 4 }, 'replica'],
      [{ replica: 3, arbiter: 1 }, 'arbiter'],
      [{ replica: 3, disperse: 3 }, 'disperse'],
      [{ metadata: { _x: 'y' } }, 'metadata'],
      [{ metadata: { x: 'y'.repeat(4000) } }, 'metadata'],
      [{ metadata: { x: 1 } }, 'metadata.x'],
      [{ options: { 'auth.allow': '*' } }, 'options'],
      [{ options: { 'cluster.eager-lock': '/etc' } }, 'options'],
      [{ nonsense: true }, 'body'],
      [{ subvols: [{ bricks: [{ peerid: 'x', path: '/srv/x' }] }] }, 'subvols'],
    ];
    for (const [change, field] of bad) {
      const refused = await create(change);
      expect(refused.status, JSON.stringify(change)).to.equal(400);
      expect(refused.json.errors[0].message).to.match(new RegExp(`^${field}: `), JSON.stringify(change));
    }
    expect((await create({ provisioner: 'lvm' })).status).to.equal(501);
    expect((await create({ snapshot: true })).status).to.equal(501);
    for (const name of ['all', '-v1', '..%2f', '%00', 'x'.repeat(300)]) {
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['GET', '/status'],
        ['POST', '/start'],
      ]) {
        const reply = await gateways.request(method ?? '', `/v1/volumes/${name}${path}`);
        expect(reply.status, `${method} ${name}${path}`).to.equal(404);
      }
    }
    expect(gateways.pool.commands.filter((command) => !/info|list/.test(command))).to.deep.equal([]);
  });

  it('refuses a taken name, a connected client and snapshots each in its own words', async () => {
    await create();
    const taken = await create();
    expect([taken.status, taken.json.errors[0].message]).to.deep.equal([409, 'volume already exists']);
    expect(taken.json.errors[0].fields).to.deep.equal({ fault: 'conflict' });
    await gateways.request('POST', '/v1/volumes/v1/start');
    gateways.pool.clients.set('v1', [{ kind: 'gfapi', count: 1 }]);
    const used = await gateways.request('DELETE', '/v1/volumes/v1');
    expect([used.status, used.json.errors[0].fields.fault]).to.deep.equal([409, 'wrong-state']);
    expect(used.json.errors[0].message).to.include('1 gfapi');
    gateways.pool.clients.clear();
    gateways.pool.volumes.set('v1', { ...gateways.pool.get('v1'), snapshotCount: 2 });
    const snapshots = await gateways.request('DELETE', '/v1/volumes/v1');
    expect([snapshots.status, snapshots.json.errors[0].message]).to.deep.equal([
      424,
      'cannot delete Volume v1 ,as it has 2 snapshots',
    ]);
    expect(gateways.pool.get('v1').state).to.equal('Started');
  });

  it('answers a second change of the same volume with busy and Retry-After', async () => {
    await create();
    const settled = await Promise.all(
      Array.from({ length: 4 }, () =>
        gateways.request('POST', '/v1/volumes/v1/resize', { body: { size: 2 * GIB } }),
      ),
    );
    const busy = settled.filter(({ status }) => status === 409);
    expect(settled.filter(({ status }) => status === 200).length).to.be.greaterThan(0);
    for (const reply of busy) {
      expect(reply.json.errors[0].fields.fault).to.equal('busy');
      expect(reply.headers['retry-after']).to.equal('1');
    }
    expect(busy.length).to.be.greaterThan(0);
  });

  it('finishes what a caller began who went away', async () => {
    const path = '/v1/volumes';
    const authorization = await gateways.sign('POST', path);
    const body = JSON.stringify({ name: 'left', size: GIB, replica: 3 });
    const gone = new AbortController();
    const sent = fetch(`http://127.0.0.1:${gateways.port}${path}`, {
      method: 'POST',
      headers: { authorization },
      body,
      signal: gone.signal,
    }).catch(() => 'gone');
    await gateways.pool.reached('volume create');
    gone.abort();
    await sent;
    await gateways.at(0).gateway.stop();
    expect(gateways.pool.get('left').options['user.gluster-csi']).to.include('"capacity"');
    for (const { bricks } of gateways.gateways) {
      expect([...bricks.stored.values()].map(({ state }) => state)).to.deep.equal(['used']);
    }
  });

  it('serves what it can while one server is down, and names it where it is needed', async () => {
    await create();
    await gateways.at(2).gateway.stop();
    const { status, json } = await create({ name: 'v2' });
    expect([status, json.errors[0].fields.fault]).to.deep.equal([503, 'unreachable']);
    expect(json.errors[0].message).to.include('127.0.0.3');
    const removed = await gateways.request('DELETE', '/v1/volumes/v1');
    expect(removed.status).to.equal(503);
    expect(removed.json.errors[0].message).to.include('127.0.0.3');
    expect((await create({ name: 'v3', replica: 2 })).status).to.equal(201);
    expect((await gateways.request('GET', '/v1/volumes/v1')).status).to.equal(200);
    for (const { bricks } of gateways.gateways) {
      expect([...bricks.stored.values()].filter(({ volume }) => volume === 'v2')).to.deep.equal([]);
    }
  });

  it('says nothing of a bug but the request’s id', async () => {
    gateways.pool.volumes.set('broken', { name: 'broken' } as never);
    const reply = await gateways.request('GET', '/v1/volumes/broken');
    expect(reply.status).to.equal(500);
    expect(reply.json).to.deep.equal({
      errors: [{ code: 1, message: `internal error, request ${reply.headers['x-request-id']}`, fields: {} }],
    });
  });
});
