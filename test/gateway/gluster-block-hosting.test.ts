import { expect } from 'chai';
import { GIB, GlusterBlockWorld, outcome } from './gluster-block-world.ts';

describe('gluster-block’s volumes and their hosting volumes', () => {
  let world: GlusterBlockWorld;
  beforeEach(async () => {
    world = await GlusterBlockWorld.start();
  });
  afterEach(() => world.stop());

  it('grow beyond the room there is, and their hosting volume with them, unless somebody else made it', async () => {
    const hosting = (await world.create('one', { size: 4 * GIB })).json.hostingvolume;
    const larger = await world.post('/one/expand', { size: 9 * GIB });
    expect([larger.status, larger.json.size], larger.text).to.deep.equal([200, 9 * GIB]);
    const { json } = await world.gateways.request('GET', `/v1/volumes/${hosting}`);
    expect(json.capacity).to.equal(9 * GIB + 32 * 1024 ** 2);
    const metadata = { 'block-hosting': 'yes', 'block-provider': 'gluster-block' };
    const body = { name: 'host', size: 2 * GIB, replica: 3, metadata };
    await world.gateways.request('POST', '/v1/volumes', { body });
    await world.gateways.request('POST', '/v1/volumes/host/start');
    expect((await world.create('two', { hostingvolume: 'host' })).status).to.equal(201);
    const refused = await world.post('/two/expand', { size: 3 * GIB });
    expect(outcome(refused)).to.equal('507 exhausted');
    expect(refused.json.errors[0].message).to.include('resize that volume');
    expect((await world.get('/two')).json.size).to.equal(GIB);
  });

  it('take it with them, too, when the request died once it was stopped', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    await world.delete('/one');
    stopByPrune(hosting);
    expect(outcome(await world.create('two'))).to.equal('409 busy');
    expect((await world.delete(`/one?prune=true&hostingvolume=${hosting}`)).status).to.equal(404);
    expect(world.gateways.pool.volumes.size).to.equal(0);
  });

  it('are there again when somebody stopped their hosting volume while it was marked', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    stopByPrune(hosting);
    expect((await world.delete(`/other?prune=true&hostingvolume=${hosting}`)).status).to.equal(404);
    expect((await world.get('/one')).status).to.equal(200);
  });

  function stopByPrune(hosting: string): void {
    const volume = world.gateways.pool.get(hosting);
    const record = volume.options['user.gluster-csi']?.replace('"yes"', '"closing"') ?? '';
    const options = { ...volume.options, 'user.gluster-csi': record };
    world.gateways.pool.volumes.set(hosting, { ...volume, state: 'Stopped', options });
  }
});
