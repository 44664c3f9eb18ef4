import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { BlockWorld, GIB, VOLUMES, W1 } from './block-world.ts';

describe('block volumes and their hosting volumes', () => {
  let world: BlockWorld;
  beforeEach(async () => {
    world = await BlockWorld.start();
  });
  afterEach(() => world.stop());

  it('take a hosting volume that is named, and none that is not marked', async () => {
    await world.gateways.request('POST', '/v1/volumes', { body: { name: 'plain', size: GIB, replica: 3 } });
    const body = { name: 'host', size: 2 * GIB, replica: 3, metadata: { 'block-hosting': 'yes' } };
    await world.gateways.request('POST', '/v1/volumes', { body });
    await world.gateways.request('POST', '/v1/volumes/host/start');
    expect((await world.create('one', { hostingvolume: 'plain' })).json.errors[0].fields.fault).to.equal(
      'wrong-state',
    );
    expect((await world.create('one', { hostingvolume: 'none' })).status).to.equal(404);
    expect((await world.create('one', { hostingvolume: 'host' })).json.hostingvolume).to.equal('host');
    const tooLarge = await world.create('two', { hostingvolume: 'host' });
    expect([tooLarge.status, tooLarge.json.errors[0].fields.fault]).to.deep.equal([507, 'exhausted']);
  });

  it('have their publications back after a reset of the hosting volume, by whichever request comes first', async () => {
    const { hostingvolume } = (await world.create('one')).json;
    await world.post('/one/publish', W1);
    // Of three copies it is Gluster's default.
    const { 'cluster.quorum-type': _, ...before } = world.gateways.pool.get(hostingvolume).options;
    const reset = () =>
      world.gateways.pool.volumes.set(hostingvolume, {
        ...world.gateways.pool.get(hostingvolume),
        options: {},
      });
    const requests = [
      () => world.create('one', {}, 1),
      () => world.gateways.request('GET', `${VOLUMES}/one`, { gateway: 2 }),
      () => world.gateways.request('GET', VOLUMES),
      () => world.post('/one/publish', W1),
    ];
    for (const request of requests) {
      reset();
      const { status, text } = await request();
      expect(status, text).to.equal(200);
      expect(world.gateways.pool.get(hostingvolume).options).to.include(before);
    }
    expect(world.gateways.pool.volumes.size).to.equal(1);
  });

  it('keep their hosting volume from being restored in place while a node has one', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    const post = (path: string, body = {}) => world.gateways.request('POST', path, { body });
    const taken = await post('/v1/snapshots', { volname: hosting, snapname: 's1' });
    expect(taken.status, taken.text).to.be.within(200, 201);
    await world.post('/one/publish', W1);
    await post(`/v1/volumes/${hosting}/stop`);
    const refused = await post('/v1/snapshots/s1/restore');
    expect(refused.json.errors[0].message).to.match(/nodes have block volumes of .*: one; unpublish/);
    await post(`/v1/volumes/${hosting}/start`);
    await world.post('/one/unpublish', { node: 'w1' });
    await post(`/v1/volumes/${hosting}/stop`);
    const restored = await post('/v1/snapshots/s1/restore');
    expect(restored.status, restored.text).to.equal(200);
  });

  it('keep their hosting volume from being deleted, which goes with the last one if asked', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    await world.create('two');
    const refused = await world.gateways.request('DELETE', `/v1/volumes/${hosting}`);
    expect(refused.json.errors[0].fields.fault).to.equal('wrong-state');
    const remove = (name: string) => world.gateways.request('DELETE', `${VOLUMES}/${name}?prune=true`);
    expect((await remove('one')).status).to.equal(204);
    expect(world.gateways.pool.volumes.size).to.equal(1);
    expect((await remove('two')).status).to.equal(204);
    expect(world.gateways.pool.volumes.size).to.equal(0);
  });

  it('take their hosting volume with them when the request is repeated after a death in between', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    world.gateways.hosting.disksOf(hosting).delete('one');
    const path = `${VOLUMES}/one?prune=true&hostingvolume=${hosting}`;
    expect((await world.gateways.request('DELETE', path)).status).to.equal(404);
    expect(world.gateways.pool.volumes.size).to.equal(0);
    expect((await world.gateways.request('DELETE', path)).status).to.equal(404);
  });

  it('share the hosting volume that the first of many requests makes', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const made = await Promise.all(names.map((name) => world.create(name)));
    expect(made.map(({ status }) => status)).to.deep.equal([201, 201, 201, 201]);
    expect(world.gateways.pool.volumes.size).to.equal(1);
  });

  it('are made although a request died before it started its hosting volume', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    world.gateways.hosting.disksOf(hosting).delete('one');
    world.gateways.pool.volumes.set(hosting, { ...world.gateways.pool.get(hosting), state: 'Created' });
    expect((await world.create('two')).status).to.equal(201);
    expect((await world.create('one')).status).to.equal(201);
  });

  it('are made on the same hosting volume when a request died before it gave that a record', async () => {
    const { pool, hosting: files, gateways } = world.gateways;
    const hosting = (await world.create('one')).json.hostingvolume;
    files.disksOf(hosting).delete('one');
    pool.volumes.set(hosting, { ...pool.get(hosting), state: 'Created', options: {} });
    for (const { bricks } of gateways)
      for (const [key, { record: _none, ...brick }] of bricks.stored)
        bricks.stored.set(key, { ...brick, state: 'reserved' });
    const again = await world.create('one', {}, 1);
    expect([again.status, again.json.hostingvolume], again.text).to.deep.equal([201, hosting]);
    expect([...pool.volumes.keys()]).to.deep.equal([hosting]);
    const states = gateways.flatMap(({ bricks }) => [...bricks.stored.values()].map(({ state }) => state));
    expect(states).to.deep.equal(['used', 'used', 'used']);
  });

  it('take it with them, too, when the request died once it was stopped', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    stopByPrune(hosting);
    world.gateways.hosting.disksOf(hosting).delete('one');
    expect((await world.create('two')).json.errors[0].fields.fault).to.equal('busy');
    const path = `${VOLUMES}/one?prune=true&hostingvolume=${hosting}`;
    expect((await world.gateways.request('DELETE', path)).status).to.equal(404);
    expect(world.gateways.pool.volumes.size).to.equal(0);
  });

  it('are there again when somebody stopped their hosting volume while it was marked', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    stopByPrune(hosting);
    const path = `${VOLUMES}/other?prune=true&hostingvolume=${hosting}`;
    expect((await world.gateways.request('DELETE', path)).status).to.equal(404);
    expect((await world.gateways.request('GET', `${VOLUMES}/one`)).status).to.equal(200);
  });

  it('have the next create delete a hosting volume whose deletion was interrupted', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    let lists = 0;
    world.gateways.hosting.before = (step) => {
      if (step === 'list' && ++lists === 3) throw new Fault('unreachable', 'died');
    };
    expect((await world.gateways.request('DELETE', `${VOLUMES}/one?prune=true`)).status).to.equal(204);
    expect(world.gateways.pool.get(hosting).options['user.gluster-csi']).to.include('closing');
    expect((await world.create('two')).status).to.equal(201);
    expect([...world.gateways.pool.volumes.keys()])
      .to.have.length(1)
      .and.not.include(hosting);
  });

  it('leave a hosting volume that an admin made, and one that gets another meanwhile', async () => {
    const body = { name: 'host', size: 2 * GIB, replica: 3, metadata: { 'block-hosting': 'yes' } };
    await world.gateways.request('POST', '/v1/volumes', { body });
    await world.gateways.request('POST', '/v1/volumes/host/start');
    await world.create('one', { hostingvolume: 'host' });
    await world.gateways.request('DELETE', `${VOLUMES}/one?prune=true`);
    expect([...world.gateways.pool.volumes.keys()]).to.deep.equal(['host']);

    const hosting = (await world.create('two', { hostvolreplicacnt: 3 })).json.hostingvolume;
    let lists = 0;
    world.gateways.hosting.before = (step) => {
      // The delete's own look comes first, that of the prune next.
      if (step === 'list' && ++lists === 3) world.gateways.hosting.put(hosting, 'three', 1n);
    };
    await world.gateways.request('DELETE', `${VOLUMES}/two?prune=true`);
    expect(world.gateways.pool.get(hosting).options['user.gluster-csi']).to.include('"block-hosting":"yes"');
    expect((await world.gateways.request('GET', `${VOLUMES}/three`)).status).to.equal(200);
  });

  function stopByPrune(hosting: string): void {
    const volume = world.gateways.pool.get(hosting);
    const record = volume.options['user.gluster-csi']?.replace('"yes"', '"closing"') ?? '';
    const options = { ...volume.options, 'user.gluster-csi': record };
    world.gateways.pool.volumes.set(hosting, { ...volume, state: 'Stopped', options });
  }
});
