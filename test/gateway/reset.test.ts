import { expect } from 'chai';
import { exchangeHosting } from '../../src/gateway/block/exchange-hosting.ts';
import { keepRecords } from '../../src/gateway/keep-records.ts';
import { formatRecord, getRecord } from '../../src/gateway/volume-record.ts';
import { createBySize } from '../../src/gateway/volumes/create-by-size.ts';
import { deleteVolume } from '../../src/gateway/volumes/delete-volume.ts';
import { editVolume } from '../../src/gateway/volumes/edit-volume.ts';
import { exchangeRecord } from '../../src/gateway/volumes/exchange-record.ts';
import { resizeVolume } from '../../src/gateway/volumes/resize-volume.ts';
import { readVolume } from '../../src/gateway/volumes/restore-record.ts';
import { call, faultOf, GIB, wanted, withEveryAccident, withVolume } from '../fakes/accidents.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';
import type { MemoryPool } from '../fakes/memory-gluster.ts';
import { MemoryServers } from '../fakes/memory-servers.ts';

const OPTION = 'user.gluster-csi';
const PUT_BACK = {
  'storage.reserve': '0',
  'storage.health-check-interval': '0',
  'auth.allow': '10.0.0.*',
};

/** What `gluster volume reset` does by an admin's hand. */
function resetByHand(pool: MemoryPool, name = 'v1'): void {
  pool.volumes.set(name, { ...pool.get(name), options: {} });
}

function optionOf(pool: MemoryPool): string {
  return pool.get('v1').options[OPTION] ?? '';
}

describe('gateway: a volume that was reset', () => {
  let gateways: MemoryGateways;
  beforeEach(async () => {
    gateways = new MemoryGateways();
    await gateways.start(3);
    const body = { name: 'v1', size: Number(GIB), replica: 3, metadata: { owner: 'me' } };
    await gateways.request('POST', '/v1/volumes', { body });
    await gateways.request('POST', '/v1/volumes/v1/start');
  });
  afterEach(() => gateways.stop());

  it('is whole again for the request that reads it, with the access that the config allows', async () => {
    const before = await gateways.request('GET', '/v1/volumes/v1');
    resetByHand(gateways.pool);
    const read = await gateways.request('GET', '/v1/volumes/v1', { gateway: 1 });
    expect(read.json).to.deep.equal(before.json);
    expect(gateways.pool.get('v1').options).to.include(PUT_BACK);
    gateways.pool.commands.length = 0;
    expect((await gateways.request('GET', '/v1/volumes/v1')).json).to.deep.equal(before.json);
    expect(gateways.pool.commands).to.deep.equal(['volume info']);
  });

  it('can be grown, edited and deleted', async () => {
    resetByHand(gateways.pool);
    const grown = await gateways.request('POST', '/v1/volumes/v1/resize', { body: { size: 2 ** 31 } });
    expect([grown.status, grown.json.capacity, grown.json.metadata.owner]).to.deep.equal([
      200,
      2 ** 31,
      'me',
    ]);
    expect(gateways.pool.get('v1').options).to.include(PUT_BACK);
    resetByHand(gateways.pool);
    const edited = await gateways.request('POST', '/v1/volumes/v1/edit', { body: { metadata: { b: 'c' } } });
    expect([edited.json.capacity, edited.json.metadata]).to.deep.equal([2 ** 31, { owner: 'me', b: 'c' }]);
    resetByHand(gateways.pool);
    const read = await gateways.request('GET', '/v1/volumes/v1', { gateway: 2 });
    expect([read.json.capacity, read.json.metadata]).to.deep.equal([2 ** 31, { owner: 'me', b: 'c' }]);
    resetByHand(gateways.pool);
    expect((await gateways.request('DELETE', '/v1/volumes/v1')).status).to.equal(204);
    for (const { bricks } of gateways.gateways) expect(bricks.stored.size).to.equal(0);
  });

  it('is refused to a create of its name, whose caller then reads it whole', async () => {
    resetByHand(gateways.pool);
    const body = { name: 'v1', size: Number(GIB), replica: 3, metadata: { owner: 'me' } };
    const again = await gateways.request('POST', '/v1/volumes', { body });
    expect([again.status, again.json.errors[0].message]).to.deep.equal([409, 'volume already exists']);
    const read = await gateways.request('GET', '/v1/volumes/v1');
    expect([read.json.capacity, read.json.metadata]).to.deep.equal([Number(GIB), { owner: 'me' }]);
  });

  it('is back in the list soon after somebody has listed', async () => {
    resetByHand(gateways.pool);
    gateways.pool.commands.length = 0;
    const set = gateways.pool.reached('volume set');
    const path = '/v1/volumes?key=owner&value=me';
    expect((await gateways.request('GET', path)).json).to.deep.equal([]);
    expect(gateways.pool.commands).to.deep.equal(['volume info']);
    await set;
    const listed = await gateways.request('GET', path);
    expect(listed.json.map(({ name }: { name: string }) => name)).to.deep.equal(['v1']);
    expect(gateways.pool.get('v1').options).to.include(PUT_BACK);
  });

  it('is a foreign one as ever when its bricks keep no copy, or are not ours', async () => {
    for (const { bricks } of gateways.gateways)
      for (const [key, { record: _none, ...brick }] of bricks.stored) bricks.stored.set(key, brick);
    gateways.pool.volumes.set('other', { ...gateways.pool.get('v1'), name: 'other', options: {} });
    resetByHand(gateways.pool);
    gateways.pool.commands.length = 0;
    for (const name of ['v1', 'other']) {
      const read = await gateways.request('GET', `/v1/volumes/${name}`);
      expect([read.status, read.json.metadata, read.json.capacity]).to.deep.equal([200, {}, undefined]);
    }
    expect(gateways.pool.commands).to.not.include('volume set');
  });
});

describe('gateway: copies of a volume’s record', () => {
  it('are those of the option after create, resize and edit, on every brick', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    const copies = () =>
      servers.servers.flatMap(({ bricks }) => [...bricks.stored.values()].map((b) => b.record));
    const three = () => Array.from({ length: 3 }, () => optionOf(servers.pool));
    expect(copies()).to.deep.equal(three());
    await resizeVolume(deps, 'v1', () => 2n * GIB, call());
    expect(copies()).to.deep.equal(three());
    await editVolume(deps, 'v1', { metadata: { a: 'b' }, remove: false }, call());
    expect(copies()).to.deep.equal(three());
    expect(optionOf(servers.pool)).to.include('"a":"b"');
  });

  it('lose against an option that is there, and are written anew by housekeeping', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    const newer = optionOf(servers.pool).replace('"me"', '"you"');
    await deps.gluster.set('v1', { [OPTION]: newer }, call());
    expect((await readVolume(deps, 'v1', call())).options[OPTION]).to.equal(newer);
    await keepRecords(deps, servers.at(0).bricks, call());
    expect(optionOf(servers.pool)).to.equal(newer);
    const [own] = servers.at(0).bricks.stored.values();
    const [other] = servers.at(1).bricks.stored.values();
    expect([own?.record, other?.record === newer]).to.deep.equal([newer, false]);
  });

  it('lose against an option that another gateway put back and changed in between', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    const seen = { ...servers.pool.get('v1'), options: {} };
    let looks = 0;
    const volume = async () => (looks++ === 0 ? seen : servers.pool.get('v1'));
    await resizeVolume(servers.coordinator(1).deps, 'v1', () => 2n * GIB, call());
    const late = { ...deps, gluster: { ...deps.gluster, volume } };
    const read = await readVolume(late, 'v1', call());
    expect(read.options[OPTION]).to.include(`"capacity":${2n * GIB}`);
    expect(optionOf(servers.pool)).to.include(`"capacity":${2n * GIB}`);
  });

  it('give no node its access again that was taken away while a late gateway put them back', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    const volume = servers.pool.get('v1');
    const record = (published: Readonly<Record<string, string>>) =>
      formatRecord({ ...getRecord(volume), metadata: { 'block-hosting': 'yes', ...published } });
    const to = record({ '_published:one': 'rw w1 10.1.1.1' });
    const published = await exchangeRecord(deps, volume, { to, options: {} }, call());
    const looks = [
      async () => ({ ...published, options: {} }),
      async () => {
        await exchangeHosting(deps, published, record({}), call());
        return { ...published, options: {} };
      },
    ];
    const other = servers.coordinator(1).deps;
    const late = async () => (looks.shift() ?? (async () => servers.pool.get('v1')))();
    const read = await readVolume({ ...other, gluster: { ...other.gluster, volume: late } }, 'v1', call());
    expect(looks).to.be.empty;
    for (const { options } of [read, servers.pool.get('v1')]) {
      expect(options[OPTION]).to.equal(record({}));
      expect(options['auth.allow']).to.not.include('10.1.1.1');
    }
  });

  it('are not taken over from an option that cannot be read', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    const good = optionOf(servers.pool);
    await deps.gluster.set('v1', { [OPTION]: 'by hand' }, call());
    await keepRecords(deps, servers.at(0).bricks, call());
    const [brick] = servers.at(0).bricks.stored.values();
    expect([brick?.record, optionOf(servers.pool)]).to.deep.equal([good, 'by hand']);
  });

  it('of the largest size count when they differ', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    const old = optionOf(servers.pool);
    await resizeVolume(deps, 'v1', () => 2n * GIB, call());
    for (const index of [0, 2]) await servers.at(index).bricks.setRecord('v1', old);
    resetByHand(servers.pool);
    await keepRecords(servers.coordinator(2).deps, servers.at(2).bricks, call());
    expect(optionOf(servers.pool)).to.include(`"capacity":${2n * GIB}`);
  });

  it('are looked for by every gateway’s housekeeping, that of a server without bricks of it too', async () => {
    const servers = new MemoryServers(4);
    await createBySize(servers.coordinator(0).deps, wanted(), call());
    const idle = servers.servers.findIndex(({ bricks }) => bricks.stored.size === 0);
    resetByHand(servers.pool);
    await keepRecords(servers.coordinator(idle).deps, servers.at(idle).bricks, call());
    expect(optionOf(servers.pool)).to.include('"owner":"me"');
  });

  it('may lie on a server that is down: then nobody takes the volume for a foreign one', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    for (const index of [0, 1])
      for (const [key, { record: _none, ...brick }] of servers.at(index).bricks.stored)
        servers.at(index).bricks.stored.set(key, brick);
    resetByHand(servers.pool);
    servers.pool.peerOf('s3').connected = false;
    const fault = await faultOf(readVolume(deps, 'v1', call()));
    expect(`${fault.kind}: ${fault.message}`).to.match(/^unreachable: .*s3/);
    servers.pool.peerOf('s3').connected = true;
    expect((await readVolume(deps, 'v1', call())).options[OPTION]).to.include('"owner":"me"');
  });

  it('are put back and followed by the resize whatever step fails or dies, once it is repeated', async () => {
    const prepare = async () => {
      const servers = await withVolume();
      resetByHand(servers.pool);
      return servers;
    };
    await withEveryAccident(
      prepare,
      (deps) => resizeVolume(deps, 'v1', () => 2n * GIB, call()),
      async (servers) => {
        expect(optionOf(servers.pool))
          .to.include(`"capacity":${2n * GIB}`)
          .and.to.include('"owner":"me"');
        expect(servers.pool.get('v1').options['storage.reserve']).to.equal('0');
      },
    );
  });

  it('are of no use to a create that is under way, nor to one after the delete', async () => {
    const servers = await withVolume();
    const { deps } = servers.coordinator(0);
    await deps.gluster.stop('v1', call());
    await deleteVolume(deps, 'v1', call());
    const slow = {
      ...deps,
      gluster: {
        ...deps.gluster,
        async set(name: string, options: Readonly<Record<string, string>>) {
          const half = await readVolume(servers.coordinator(1).deps, 'v1', call());
          expect(half.options).to.deep.equal({});
          await deps.gluster.set(name, options, call());
        },
      },
    };
    await createBySize(slow, wanted(), call());
    expect(optionOf(servers.pool)).to.include('"owner":"me"');
  });
});
