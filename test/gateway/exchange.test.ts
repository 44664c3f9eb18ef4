import { expect } from 'chai';
import { MemoryGateways } from '../fakes/memory-gateways.ts';

const SIZE = 2 ** 30;

describe('gateway: changes that gateways must not cross', () => {
  let gateways: MemoryGateways;
  beforeEach(async () => {
    gateways = new MemoryGateways();
    await gateways.start(3);
    await make({ owner: 'us' });
  });
  afterEach(() => gateways.stop());

  const make = (metadata: object) =>
    gateways.request('POST', '/v1/volumes', {
      body: { name: 'v1', size: SIZE, replica: 3, provisioner: 'loop', metadata },
    });
  const exchange = (expected: object, metadata: object, gateway = 0) =>
    gateways.request('POST', '/v1/volumes/v1/edit', { body: { metadata, expected }, gateway });
  const metadataOf = async () => (await gateways.request('GET', '/v1/volumes/v1')).json?.metadata;
  const remove = (value: string, gateway = 0) =>
    gateways.request('DELETE', `/v1/volumes/v1?key=mark&value=${value}`, { gateway });

  it('replace metadata only if they are as expected, from every gateway, and keep the server’s own', async () => {
    const before = gateways.pool.get('v1').options['user.gluster-csi'] ?? '';
    const record = JSON.parse(before);
    const own = JSON.stringify({ ...record, metadata: { owner: 'us', _snapshot: 's1' } });
    const volume = gateways.pool.get('v1');
    gateways.pool.volumes.set('v1', {
      ...volume,
      options: { ...volume.options, 'user.gluster-csi': own },
    });
    for (const [gateway, value] of ['a', 'b', 'c'].entries()) {
      const expected = { owner: 'us', ...(gateway === 0 ? {} : { user: 'ab'[gateway - 1] ?? '' }) };
      const reply = await exchange(expected, { owner: 'us', user: value }, gateway);
      expect(reply.status, reply.text).to.equal(200);
      expect(reply.json.metadata).to.deep.equal({ owner: 'us', user: value, _snapshot: 's1' });
      expect(await metadataOf()).to.deep.equal(reply.json.metadata);
    }
    const late = await exchange({ owner: 'us', user: 'a' }, { owner: 'us' }, 1);
    expect([late.status, late.json.errors[0].fields.fault]).to.deep.equal([409, 'conflict']);
    expect((await metadataOf()).user).to.equal('c');
    const both = { metadata: {}, expected: {}, 'delete-metadata': true };
    const refused = await gateways.request('POST', '/v1/volumes/v1/edit', { body: both });
    expect([refused.status, refused.text]).to.satisfy(([status, text]: [number, string]) => {
      return status === 400 && text.includes('cannot go with expected');
    });
  });

  it('let one of several exchanges at once through, of all gateways', async () => {
    for (let round = 0; round < 10; round += 1) {
      const expected = await metadataOf();
      const replies = await Promise.all(
        [0, 1, 2, 0, 1, 2].map((gateway, index) => exchange(expected, { [`${round}`]: `${index}` }, gateway)),
      );
      const won = replies.filter(({ status }) => status === 200);
      expect(won.length, replies.map(({ text }) => text).join('\n')).to.equal(1);
      expect(await metadataOf()).to.deep.equal(won[0]?.json.metadata);
      for (const { status, json } of replies.filter((reply) => !won.includes(reply))) {
        expect(status).to.equal(409);
        expect(json.errors[0].fields.fault).to.be.oneOf(['busy', 'conflict']);
      }
    }
  });

  it('are refused for a volume that no gateway made', async () => {
    const volume = gateways.pool.get('v1');
    const bricks = volume.bricks.map((brick) => ({ ...brick, path: `/bricks${brick.path}` }));
    gateways.pool.volumes.set('v1', { ...volume, bricks, options: {} });
    for (const gateway of [0, 1, 2]) {
      const reply = await exchange({}, { a: 'b' }, gateway);
      expect([reply.status, reply.json.errors[0].fields.fault]).to.deep.equal([409, 'wrong-state']);
      expect(reply.text).to.include('was not made through a gateway');
    }
  });

  it('are not made while the gateway at home does not answer', async () => {
    const home = gateways.pool.get('v1').bricks[0]?.host ?? '';
    const index = gateways.gateways.findIndex((gateway) => gateway.host === home);
    await gateways.at(index).gateway.stop();
    const reply = await exchange({ owner: 'us' }, {}, (index + 1) % 3);
    expect([reply.status, reply.json.errors[0].fields.fault]).to.deep.equal([503, 'unreachable']);
    expect(reply.text).to.include(home);
  });

  it('delete the volume that is meant, and no other of its name', async () => {
    await exchange({ owner: 'us' }, { owner: 'us', mark: 'one' });
    for (const gateway of [0, 1, 2]) {
      const other = await remove('two', gateway);
      expect([other.status, other.json.errors[0].fields.fault]).to.deep.equal([409, 'conflict']);
    }
    expect((await gateways.request('DELETE', '/v1/volumes/v1?key=mark')).status).to.equal(400);
    expect(gateways.pool.volumes.has('v1')).to.equal(true);
    const replies = await Promise.all([0, 1, 2].map((gateway) => remove('one', gateway)));
    expect(replies.filter(({ status }) => status === 204)).to.have.length.greaterThan(0);
    for (const { status, json } of replies.filter((reply) => reply.status !== 204)) {
      expect([404, 409]).to.include(status);
      expect(json.errors[0].fields.fault).to.be.oneOf(['busy', 'not-found']);
    }
    expect(gateways.pool.volumes.has('v1')).to.equal(false);
    await make({ owner: 'them' });
    for (const gateway of [0, 1, 2]) expect((await remove('one', gateway)).status).to.equal(409);
    expect((await metadataOf()).owner).to.equal('them');
  });
});
