import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { LioWorld, N1, N2 } from './lio-world.ts';

describe('exports of lio', () => {
  let world: LioWorld;
  let wwn: string;
  let from: ReturnType<LioWorld['serverOf']>;
  beforeEach(async () => {
    world = await LioWorld.start();
    await world.create('one');
    const published = (await world.post('/one/publish', N1)).json;
    wwn = published.wwn;
    from = world.serverOf(published.portals);
  });
  afterEach(() => world.stop());

  const others = () => world.gateways.gateways.filter(({ host }) => host !== from.host);

  it('move to a named server, with their WWN and initiators, under another name', async () => {
    const { iqn } = await world.get('one');
    const to = others()[1];
    const moved = await world.post('/one/move', { to: to?.host }, 1);
    expect(moved.status, moved.text).to.equal(200);
    expect(moved.json).to.deep.include({ wwn, portals: [`${to?.host}:3260`] });
    expect(moved.json.iqn).to.not.equal(iqn);
    expect(world.exported().map(({ host, wish }) => [host, wish?.acls])).to.deep.equal([[to?.host, [N1]]]);
    expect(world.allowed()).to.include(`/one(${to?.host}),`);
    expect((await world.post('/one/move', { to: to?.peerId })).json).to.deep.equal(moved.json);
    expect((await world.post('/one/move', { to: 'nobody' })).status).to.equal(400);
    expect((await world.post('/one/move')).json.portals).to.not.deep.equal(moved.json.portals);
  });

  it('move from a server that hangs, which can write no more', async () => {
    from.exports.before = () => {
      throw new Fault('timed-out', 'its client does not answer');
    };
    const [key = ''] = from.exports.exports.keys();
    const moved = await world.post('/one/move', {}, 2);
    expect(moved.status, moved.text).to.equal(200);
    expect(world.serverOf(moved.json.portals).host).to.not.equal(from.host);
    from.exports.before = () => undefined;
    const late = await from.exports.writeState(key, 'late').then(
      () => 'written',
      (error: Error) => error.message,
    );
    expect(late).to.include('refuse');
    expect((await world.get('one')).published).to.have.length(1);
  });

  it('come back to no server that has something left of when it had them, before it has ended that', async () => {
    from.exports.before = (step) => {
      if (step === 'close') throw new Fault('timed-out', 'its client does not end');
    };
    const moved = await world.post('/one/move', {}, 1);
    expect(world.serverOf(moved.json.portals).host).to.not.equal(from.host);
    const back = () => world.post('/one/move', { to: from.host }, 1);
    expect((await back()).json.errors[0].fields.fault).to.equal('unreachable');
    expect(world.allowed()).to.not.include(`/one(${from.host})`);
    // It stays where it is.
    const own = world.exported().filter(({ host, wish }) => host !== from.host && wish !== undefined);
    expect(own).to.have.length(1);
    const steps: string[] = [];
    from.exports.before = (step) => {
      steps.push(`${step}${world.allowed().includes(`/one(${from.host})`) ? ' let in' : ''}`);
    };
    expect((await back()).status).to.equal(200);
    expect(steps.indexOf('close')).to.be.within(0, steps.indexOf('open let in'));
    expect(steps).to.not.include('open');
  });

  it('are not built anew before enough bricks have cut the old server off', async () => {
    const bricks = [...world.gateways.pool.volumes.values()][0]?.bricks ?? [];
    for (const { host, path } of bricks.slice(0, 2)) world.gateways.hosting.deafen(host, path);
    const refused = await world.post('/one/move', {});
    expect(refused.json.errors[0].fields.fault).to.equal('uncertain');
    expect(world.exported().filter(({ host }) => host !== from.host)).to.deep.equal([]);
    world.gateways.hosting.deaf.clear();
    const { portals } = await world.get('one');
    const again = await world.post('/one/publish', N1);
    expect(again.status, again.text).to.equal(200);
    expect(again.json.portals).to.not.deep.equal(portals.length === 0 ? [] : [`${from.host}:3260`]);
  });

  it('stay for the node that has them when glusterd alone has lost their server', async () => {
    const peer = world.gateways.pool.peers.find(({ id }) => id === from.peerId);
    if (peer === undefined) throw new Error('the pool has no such peer');
    peer.connected = false;
    const gateway = world.gateways.gateways.findIndex(({ host }) => host === others()[0]?.host);
    const before = world.allowed();
    const again = await world.post('/one/publish', N1, gateway);
    expect([again.status, world.allowed()], again.text).to.deep.equal([200, before]);
    const refused = await world.post('/one/publish', N2, gateway);
    expect([refused.json.errors[0].fields.fault, world.allowed()]).to.deep.equal(['wrong-state', before]);
  });

  it('move by themselves when a node is published or unpublished and their server is down', async () => {
    const peer = world.gateways.pool.peers.find(({ id }) => id === from.peerId);
    if (peer !== undefined) peer.connected = false;
    await from.gateway.stop();
    const gateway = world.gateways.gateways.findIndex(({ host }) => host === others()[0]?.host);
    const unpublish = () => world.post('/one/unpublish', { node: 'n1' }, gateway);
    // What the gateway knows of the pool is some seconds old; the first to hear nothing has it look again.
    const first = await unpublish();
    if (first.status !== 204) expect((await unpublish()).status, first.text).to.equal(204);
    const published = await world.post('/one/publish', N2, gateway);
    expect(published.status, published.text).to.equal(200);
    expect(published.json.published.map(({ node }: { node: string }) => node)).to.deep.equal(['n2']);
    expect(world.serverOf(published.json.portals).host).to.not.equal(from.host);
  });

  it('are cut off with their server when it hangs and their only node is unpublished', async () => {
    await world.post('/one/publish', { ...N1, shared: true });
    await world.post('/one/publish', { ...N2, shared: true });
    from.exports.before = () => {
      throw new Fault('timed-out', 'its client does not answer');
    };
    const kept = await world.post('/one/unpublish', { node: 'n1' }, 1);
    expect(kept.json.errors[0].fields.fault).to.equal('timed-out');
    expect(world.allowed()).to.include(`/one(${from.host}),`);
    expect((await world.post('/one/unpublish', {}, 1)).status).to.equal(204);
    expect(world.allowed()).to.not.include('/one(');
    expect((await world.get('one')).published).to.deep.equal([]);
    from.exports.before = () => undefined;
  });

  it('are given a new client when theirs dies, and are taken down where they are lost', async () => {
    const [made] = [...from.exports.exports.values()];
    if (made === undefined) throw new Error('nothing is exported');
    made.hasClient = false;
    await world.until('a new client', () => [...from.exports.exports.values()][0]?.hasClient === true);
    expect(world.exported()[0]?.wish?.acls).to.deep.equal([N1]);
    let isHung = true;
    from.exports.before = (step) => {
      if (isHung && step === 'close') throw new Fault('timed-out', 'it hangs');
    };
    await world.post('/one/move', {}, 1);
    const left = [...from.exports.exports.values()][0];
    expect(left).to.not.equal(undefined);
    isHung = false;
    if (left !== undefined) left.hasClient = false;
    await world.until('it is taken down', () => from.exports.exports.size === 0);
    expect(world.exported()).to.have.length(1);
  });
});
