import { expect } from 'chai';
import * as wire from '../../src/glusterd2/wire.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';

const GIB = 2 ** 30;

describe('gateway routes: volumes', () => {
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
      'storage.health-check-interval': '0',
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
    expect(reset.json.options).to.deep.equal({
      'storage.reserve': '0',
      'storage.health-check-interval': '0',
      'auth.allow': '10.0.0.*',
    });
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
});
