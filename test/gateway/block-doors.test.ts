import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { BlockWorld, W1, W2 } from './block-world.ts';

describe('the doors of published block volumes', () => {
  let world: BlockWorld;
  let hosting: string;
  beforeEach(async () => {
    world = await BlockWorld.start();
    hosting = (await world.create('one')).json.hostingvolume;
  });
  afterEach(() => world.stop());

  const opened = () => [...(world.gateways.hosting.doors.get(`${hosting}/one`) ?? [])];
  const enter = async (guest: typeof W1, gateway = 0) =>
    world.doorIn(await world.post('/one/publish', guest, gateway), guest.node);
  const leave = (node: string, gateway = 0) => world.post('/one/unpublish', { node }, gateway);

  it('are new to whoever comes, comes back, or comes otherwise, and no former one stays', async () => {
    const first = await enter(W1);
    expect(await enter(W1, 1)).to.equal(first);
    await leave('w1');
    const second = await enter(W2);
    await leave('w2');
    const third = await enter(W1);
    const reader = await enter({ ...W1, readonly: true });
    expect(new Set([first, second, third, reader]).size).to.equal(4);
    expect(opened()).to.deep.equal([reader]);
    expect(world.allowed()).to.include(`/one/${reader}(10.0.0.1),`).and.not.include(third);
  });

  it('are shared by all that only read', async () => {
    const readers = [W1, W2].map((one) => ({ ...one, readonly: true }));
    const doors = [];
    for (const reader of readers) doors.push(await enter(reader));
    expect(new Set(doors).size).to.equal(1);
    expect(world.allowed()).to.include(`/one/${doors[0]}(10.0.0.1|10.0.0.2|fd00::2),`);
    expect(opened()).to.deep.equal([doors[0]]);
  });

  for (const step of ['open door', 'close doors']) {
    it(`are opened by a retry when the request died before it could ${step}`, async () => {
      await enter(W2);
      await leave('w2');
      world.gateways.hosting.before = (name) => {
        if (name === step) throw new Fault('unreachable', 'died');
      };
      expect((await world.post('/one/publish', W1)).status).to.be.greaterThan(499);
      const [door] = /[0-9a-f]{10}(?=\()/.exec(world.allowed()) ?? [];
      world.gateways.hosting.before = () => undefined;
      expect([await enter(W1, 1), opened()]).to.deep.equal([door, [door]]);
    });
  }

  it('stay open when a slower gateway is still at work on an earlier publication', async () => {
    let door = '';
    world.gateways.hosting.before = async (name) => {
      if (name !== 'open door') return;
      world.gateways.hosting.before = () => undefined;
      await leave('w1', 1);
      door = await enter(W2, 1);
    };
    const late = await enter(W1);
    expect(opened()).to.have.members([door, late]);
    expect(world.allowed()).to.include(`/one/${door}(`).and.not.include(late);
    await leave('w2');
    const next = await enter(W1);
    expect(opened()).to.deep.equal([next]);
  });

  it('are kept from others when a slower gateway finds its own gone', async () => {
    let door = '';
    world.gateways.hosting.before = async (name) => {
      if (name !== 'open door') return;
      world.gateways.hosting.before = () => undefined;
      await leave('w1', 1);
      door = await enter(W2, 1);
      throw new Fault('not-found', 'its directory was closed before the file was in it');
    };
    expect((await world.post('/one/publish', W1)).status).to.equal(404);
    expect(world.allowed()).to.include(`/one/${door}(`);
    expect(opened()).to.deep.equal([door]);
  });

  it('are none that is not in the record any more', async () => {
    world.gateways.hosting.before = async (name) => {
      if (name !== 'look for doors') return;
      world.gateways.hosting.before = () => undefined;
      await leave('w1', 1);
      await enter(W2, 1);
    };
    const answer = await world.post('/one/publish', W1);
    expect(answer.json.errors[0].fields.fault).to.equal('busy');
    expect(opened()).to.have.length(1);
  });

  it('of before, which are none, go on until the volume is unpublished', async () => {
    await enter(W1);
    const volume = world.gateways.pool.get(hosting);
    const record = volume.options['user.gluster-csi']?.replace(/ [0-9a-f]{10}"/, '"') ?? '';
    const options = { ...volume.options, 'user.gluster-csi': record };
    world.gateways.pool.volumes.set(hosting, { ...volume, options });
    expect(await enter(W1)).to.equal(undefined);
    expect([world.allowed().startsWith('/one(10.0.0.1),'), opened()]).to.deep.equal([true, []]);
    await leave('w1');
    expect(opened()).to.deep.equal([]);
    expect(await enter(W1)).to.match(/^[0-9a-f]{10}$/);
  });
});
