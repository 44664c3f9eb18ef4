import { expect } from 'chai';
import { GIB, GlusterBlockWorld, outcome, W1 } from './gluster-block-world.ts';

describe('creates and deletes of gluster-block’s volumes that fail', () => {
  let world: GlusterBlockWorld;
  beforeEach(async () => {
    world = await GlusterBlockWorld.start();
  });
  afterEach(() => world.stop());

  const steps = ['mount', 'list', 'declare', 'before create', 'after create', 'volume create', 'volume set'];
  for (const step of steps) {
    for (const time of [1, 2]) {
      it(`are finished by a retry after a death of a create at "${step}", time ${time}`, async () => {
        const hasDied = world.dieOnce(step, time);
        const first = await world.create('one', { metadata: { owner: 'us' }, hacount: 2 });
        if (time === 1 && step !== 'mount' && step !== 'list') expect(hasDied()).to.equal(true);
        expect(first.status === 201 || first.status >= 502, first.text).to.equal(true);
        world.dieNoMore();
        const again = await world.create('one', { metadata: { owner: 'us' }, hacount: 2 }, 1);
        expect(again.status, again.text).to.be.oneOf([200, 201]);
        expect(again.json.hosts).to.have.length(2);
        expect(world.gateways.pool.volumes.size).to.equal(1);
        expect([...world.exports().store.keys()]).to.deep.equal([again.json.wwn]);
        expect(world.program.targets.size).to.equal(2);
      });
    }
  }

  it('name the servers on which something is left, and are finished once those work', async () => {
    world.program.stuck.add('127.0.0.2');
    const asked = { hosts: ['127.0.0.1', '127.0.0.2'] };
    const failed = await world.create('one', asked);
    expect(outcome(failed)).to.equal('502 uncertain');
    expect(failed.json.errors[0].message).to.include('127.0.0.2');
    expect(outcome(await world.create('one', asked))).to.equal('502 uncertain');
    expect(outcome(await world.post('/one/publish', W1))).to.equal('409 wrong-state');
    world.program.stuck.clear();
    const made = await world.create('one', asked, 1);
    expect([made.status, made.json.hosts]).to.deep.equal([200, asked.hosts]);
  });

  it('leave nothing when a server is down, or has a block volume of the name', async () => {
    world.program.down.add('127.0.0.2');
    expect(outcome(await world.create('one', { hosts: ['127.0.0.2'] }))).to.equal('503 unreachable');
    expect(world.rest()).to.deep.equal([]);
    world.program.down.clear();
    world.program.targets.set('127.0.0.2/one', { gbid: 'x', password: '', size: 1n, sessions: new Set() });
    const taken = await world.create('one', { hosts: ['127.0.0.2'] });
    expect([outcome(taken), world.rest()]).to.deep.equal(['409 conflict', ['127.0.0.2/one']]);
    expect((await world.create('one', { hosts: ['127.0.0.1'] })).status).to.equal(201);
  });

  it('leave nothing when the daemon is not there', async () => {
    world.program.isRunning = false;
    expect(outcome(await world.create('one'))).to.equal('503 unreachable');
    expect(world.rest()).to.deep.equal([]);
    world.program.isRunning = true;
    expect((await world.create('one')).status).to.equal(201);
  });

  it('wait for who may be at it, and begin anew what was left half made', async () => {
    await world.create('one');
    const exports = world.exports();
    // As it was before it was whole for the first time.
    const { made: _, ...declaration } = exports.declared.get('one') ?? expect.fail('it is not declared');
    exports.declared.set('one', declaration);
    exports.metas.set('one', `GBID: half\nHA: 1\nENTRYCREATE: INPROGRESS\n`);
    exports.store.clear();
    exports.store.set('half', { size: 5n });
    world.program.targets.clear();
    exports.fresh.add('one');
    expect(outcome(await world.create('one'))).to.equal('409 busy');
    exports.fresh.clear();
    const made = await world.create('one');
    expect([made.status, made.json.size], made.text).to.deep.equal([200, GIB]);
    expect([...exports.store.keys()]).to.deep.equal([made.json.wwn]);
  });

  it('never begin anew what was whole once: it may hold data', async () => {
    const { hosts } = (await world.create('one')).json;
    const exports = world.exports();
    const files = [...exports.store];
    exports.append('one', `${hosts[0]}: CLEANUPFAIL`);
    const refused = await world.create('one');
    expect([outcome(refused), refused.json.errors[0].message.includes('CLEANUPFAIL')]).to.deep.equal([
      '502 uncertain',
      true,
    ]);
    expect([...exports.store]).to.deep.equal(files);
  });

  it('get a target of their own file back when a command that was late has taken it away, never a new file', async () => {
    const made = (await world.create('one', { metadata: { owner: 'us' } })).json;
    const content = world.exports().store.get(made.wwn);
    await world.program.run(['delete', `${made.hostingvolume}/one`, 'unlink-storage', 'no']);
    expect(outcome(await world.post('/one/publish', W1))).to.equal('409 wrong-state');
    const again = (await world.create('one', { metadata: { owner: 'us' } })).json;
    expect(again.wwn).to.not.equal(made.wwn);
    expect([...world.exports().store]).to.deep.equal([[again.wwn, content]]);
    await world.program.run(['delete', `${made.hostingvolume}/one`, 'unlink-storage', 'yes']);
    const refused = await world.create('one', { metadata: { owner: 'us' } });
    expect(refused.status, refused.text).to.equal(502);
    expect([...world.exports().store]).to.deep.equal([]);
    expect((await world.get('/one')).json.iqn).to.equal('');
  });

  it('let the next unpublish make a target that went while a node had it', async () => {
    const made = (await world.create('one')).json;
    const content = world.exports().store.get(made.wwn);
    await world.post('/one/publish', W1);
    await world.program.run(['delete', `${made.hostingvolume}/one`, 'unlink-storage', 'no']);
    expect((await world.post('/one/unpublish', { node: 'w1' })).status).to.equal(204);
    const published = await world.post('/one/publish', W1);
    expect(published.status, published.text).to.equal(200);
    expect([...world.exports().store]).to.deep.equal([[published.json.wwn, content]]);
  });

  it('let one of two creates at once make it, on one hosting volume', async () => {
    const answers = await Promise.all([world.create('one', {}, 0), world.create('one', {}, 1)]);
    for (const answer of answers) expect(outcome(answer)).to.be.oneOf(['201', '200', '409 busy']);
    const made = await world.create('one', {}, 2);
    expect(made.status, made.text).to.be.oneOf([200, 201]);
    expect([...world.program.volumes.values()].flatMap(({ metas }) => [...metas.keys()])).to.deep.equal([
      'one',
    ]);
    expect(world.program.targets.size).to.equal(1);
  });

  for (const query of ['', '?keep-storage=true']) {
    for (const step of [
      'mount',
      'list',
      'redeclare',
      'before delete',
      'after delete',
      'remove storage',
      'forget',
    ]) {
      it(`are finished by a retry after a death of DELETE${query} at "${step}"`, async () => {
        const { wwn } = (await world.create('one', { hacount: 2 })).json;
        world.dieOnce(step, 1);
        const first = await world.delete(`/one${query}`);
        world.dieNoMore();
        if (first.status >= 500) expect(first.status, first.text).to.be.within(502, 504);
        const again = await world.delete(`/one${query}`, 1);
        expect(again.status, again.text).to.be.oneOf(query === '' ? [204, 404] : [200, 404]);
        expect(world.rest()).to.deep.equal(query === '' ? [] : [wwn]);
      });
    }
  }

  it('name the servers that did not take a target down, and go on there', async () => {
    const { hosts } = (await world.create('one', { hacount: 2 })).json;
    world.program.down.add(hosts[0]);
    const failed = await world.delete('/one');
    expect([outcome(failed), failed.json.errors[0].message.includes(hosts[0])]).to.deep.equal([
      '502 uncertain',
      true,
    ]);
    expect(outcome(await world.post('/one/publish', W1))).to.equal('409 wrong-state');
    expect(outcome(await world.create('one', { hacount: 2 }))).to.equal('409 busy');
    world.program.down.clear();
    expect((await world.delete('/one')).status).to.equal(204);
    expect(world.rest()).to.deep.equal([]);
  });
});
