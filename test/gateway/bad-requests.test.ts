import { expect } from 'chai';
import { MemoryGateways } from '../fakes/memory-gateways.ts';

const GIB = 2 ** 30;

describe('gateway routes: bad requests', () => {
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
    expect((await create({ provisioner: 'lvm' })).status).to.equal(507);
    expect((await create({ 'snapshot-reserve-factor': 2 })).status).to.equal(501);
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

  it('says nothing of a bug but the request’s id', async () => {
    gateways.pool.volumes.set('broken', { name: 'broken' } as never);
    const reply = await gateways.request('GET', '/v1/volumes/broken');
    expect(reply.status).to.equal(500);
    expect(reply.json).to.deep.equal({
      errors: [{ code: 1, message: `internal error, request ${reply.headers['x-request-id']}`, fields: {} }],
    });
  });
});
