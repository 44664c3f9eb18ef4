import { expect } from 'chai';
import { snapGroup, snapInfo, snapList, snapStatus } from '../../src/glusterd2/snapshot-wire.ts';
import { volumeInfo } from '../../src/glusterd2/wire.ts';
import { type HttpReply, MemoryGateways } from '../fakes/memory-gateways.ts';

const SIZE = 2 ** 30;

describe('gateway routes: snapshots', () => {
  let gateways: MemoryGateways;
  beforeEach(async () => {
    gateways = new MemoryGateways();
    await gateways.start(3);
    const body = { name: 'v1', size: SIZE, replica: 3 };
    expect((await gateways.request('POST', '/v1/volumes', { body })).status).to.equal(201);
    await post('/v1/volumes/v1/start');
    write('then');
  });
  afterEach(() => gateways.stop());

  const post = (path: string, body?: object, gateway = 0) =>
    gateways.request('POST', path, { body, gateway });
  const take = (snapname = 's1') => post('/v1/snapshots', { volname: 'v1', snapname, description: 'why' });
  const told = ({ status, json }: HttpReply) =>
    `${status} ${json?.errors?.[0]?.fields?.fault}: ${json?.errors?.[0]?.message}`;
  function write(content: string): void {
    for (const { bricks } of gateways.gateways)
      for (const { path } of bricks.stored.values()) bricks.contents.set(path, content);
  }
  const contents = () => gateways.gateways.flatMap(({ bricks }) => [...bricks.contents.values()]);

  it('walks a snapshot through its life', async () => {
    const taken = await take();
    expect([taken.status, taken.headers['location']]).to.deep.equal([201, '/v1/snapshots/s1']);
    const info = snapInfo.parse(taken.json);
    expect(info).to.include({ parentname: 'v1', description: 'why', capacity: BigInt(SIZE), ready: true });
    expect(info.snapinfo).to.include({ name: 's1', state: 'Started', type: 'Replicate' });
    for (const gateway of [0, 1, 2]) {
      const read = await gateways.request('GET', '/v1/snapshots/s1', { gateway });
      expect(read.json).to.deep.equal(taken.json);
    }
    const listed = snapList.parse((await gateways.request('GET', '/v1/snapshots?volume=v1')).json);
    expect(listed.map(({ parentname, snaps }) => [parentname, snaps.length])).to.deep.equal([['v1', 1]]);
    expect((await take()).json).to.deep.equal(taken.json);
    expect((await gateways.request('DELETE', '/v1/snapshots/s1')).status).to.equal(204);
    expect(told(await gateways.request('DELETE', '/v1/snapshots/s1'))).to.equal(
      '404 not-found: snapshot not found',
    );
  });

  it('tells by its status which bricks it has, where they lie and of whom', async () => {
    const info = snapInfo.parse((await take()).json);
    const { status, json } = await gateways.request('GET', '/v1/snapshots/s1/status');
    const read = snapStatus.parse(json);
    expect([status, read.snaps, read.parentname, read.id]).to.deep.equal([200, 's1', 'v1', info.snapinfo.id]);
    const bricks = info.snapinfo.subvols.flatMap((subvol) => subvol.bricks);
    expect(json.snapbrickstatus.length).to.equal(3);
    for (const [index, { brick }] of json.snapbrickstatus.entries())
      expect(brick).to.include({ path: bricks[index]?.path, 'peer-id': bricks[index]?.['peer-id'] });
  });

  it('can always be cloned: activate and deactivate are success and change nothing', async () => {
    const taken = await take();
    for (const [verb, body] of [
      ['activate', undefined],
      ['activate', { force: true }],
      ['deactivate', undefined],
      ['deactivate', undefined],
    ] as const) {
      const reply = await post(`/v1/snapshots/s1/${verb}`, body);
      expect([reply.status, reply.json]).to.deep.equal([200, taken.json]);
    }
    const made = await post('/v1/snapshots/s1/clone', { clonename: 'c1', size: 2 * SIZE });
    expect(made.status, made.text).to.equal(201);
    expect(volumeInfo.parse(made.json)).to.include({
      name: 'c1',
      state: 'Started',
      capacity: BigInt(2 * SIZE),
    });
  });

  it('answers 404 for a snapshot that is not there, whatever is asked of it', async () => {
    const asked = [
      await gateways.request('GET', '/v1/snapshots/no'),
      await gateways.request('GET', '/v1/snapshots/no/status'),
      await gateways.request('DELETE', '/v1/snapshots/no'),
      await post('/v1/snapshots/no/activate'),
      await post('/v1/snapshots/no/deactivate'),
      await post('/v1/snapshots/no/clone', { clonename: 'c1' }),
      await post('/v1/snapshots/no/restore'),
      await post('/v1/snapshots/..%2Fno/restore'),
    ];
    for (const reply of asked) expect(told(reply)).to.equal('404 not-found: snapshot not found');
    expect(told(await gateways.request('GET', '/v1/snapshot-groups/no'))).to.match(/^404 not-found/);
    expect(told(await gateways.request('DELETE', '/v1/snapshot-groups/no'))).to.match(/^404 not-found/);
    expect(told(await gateways.request('GET', '/v1/snapshots?volume=no'))).to.match(/^404 not-found/);
    expect(told(await post('/v1/snapshots', { volname: 'no', snapname: 's' }))).to.match(
      /^404 not-found: volume/,
    );
  });

  it('restores the stopped source, which keeps its size, its metadata and the snapshot', async () => {
    await take();
    write('now');
    await post('/v1/volumes/v1/resize', { size: 2 * SIZE });
    await post('/v1/volumes/v1/edit', { metadata: { note: 'x' } });
    expect(told(await post('/v1/snapshots/s1/restore'))).to.equal(
      '409 wrong-state: volume v1 is started; stop it, restore it, then start it',
    );
    expect(contents()).to.deep.equal(['now', 'now', 'now']);
    await post('/v1/volumes/v1/stop');
    for (const gateway of [1, 2, 1]) {
      const restored = await post('/v1/snapshots/s1/restore', undefined, gateway);
      expect([restored.status, restored.json.name, restored.json.state], restored.text).to.deep.equal([
        200,
        'v1',
        'Stopped',
      ]);
      expect(restored.json).to.include({ capacity: 2 * SIZE });
      expect(restored.json.metadata.note).to.equal('x');
      expect(contents()).to.deep.equal(['then', 'then', 'then']);
    }
    const started = await post('/v1/volumes/v1/start', undefined, 2);
    expect([started.status, started.json.state]).to.deep.equal([200, 'Started']);
    const options = { 'cluster.favorite-child-policy': 'ctime', 'cluster.self-heal-daemon': 'on' };
    expect(started.json.options).to.include(options);
    expect(gateways.pool.get('v1').options['user.gluster-csi']).not.to.include('_healing');
    expect((await gateways.request('GET', '/v1/snapshots/s1')).status).to.equal(200);
  });

  it('takes the members of a group in one moment, and deletes them with it', async () => {
    await post('/v1/volumes', { name: 'v2', size: SIZE, replica: 2 });
    const members = [
      { volname: 'v1', snapname: 's1' },
      { volname: 'v2', snapname: 's2' },
    ];
    const made = snapGroup.parse((await post('/v1/snapshot-groups', { name: 'g', members })).json);
    expect(made.members.map(({ snapinfo }) => snapinfo.name)).to.deep.equal(['s1', 's2']);
    expect(new Set(made.members.map((member) => member['created-at'])).size).to.equal(1);
    const other = await post('/v1/snapshot-groups', { name: 'h', members: members.slice(1) });
    expect(told(other)).to.match(/^409 conflict: snapshot s2 is of another group/);
    expect((await gateways.request('DELETE', '/v1/snapshot-groups/g')).status).to.equal(204);
    expect(snapList.parse((await gateways.request('GET', '/v1/snapshots')).json)).to.deep.equal([]);
  });

  it('refuses what it cannot do with the reason and what to do instead', async () => {
    for (const { bricks } of gateways.gateways) bricks.put('/srv/plain', 100n << 30n, 'directory');
    await post('/v1/volumes', { name: 'plain', size: SIZE, replica: 3, provisioner: 'directory' });
    expect(told(await post('/v1/snapshots', { volname: 'plain', snapname: 's2' }))).to.match(
      /^409 wrong-state: volume plain has bricks that are neither images nor thin volumes \(directory\).*provisioner loop or lvm/,
    );
    await take();
    expect(told(await post('/v1/volumes', { name: 's1', size: SIZE, replica: 3 }))).to.match(
      /^409 conflict: a snapshot is named s1/,
    );
    expect(told(await take('plain'))).to.match(/^409 conflict: a volume is named plain/);
    expect(told(await post('/v1/snapshots/s1/clone', { clonename: 'c1', size: SIZE / 2 }))).to.match(
      /^422 out-of-range/,
    );
    const timed = await post('/v1/snapshots', { volname: 'v1', snapname: 's3', timestamp: true });
    expect(told(timed)).to.match(/^400 invalid: timestamp/);
    await gateways.at(2).gateway.stop();
    expect(told(await take('s4'))).to.match(/^503 unreachable: .*127\.0\.0\.3/);
  });
});
