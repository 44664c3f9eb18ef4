import { expect } from 'chai';
import { GIB, GlusterBlockWorld, outcome, W1, W2 } from './gluster-block-world.ts';

describe('published volumes of gluster-block', () => {
  let world: GlusterBlockWorld;
  beforeEach(async () => {
    world = await GlusterBlockWorld.start();
  });
  afterEach(() => world.stop());

  const login = (
    { portals, iqn }: { portals: string[]; iqn: string },
    initiator: string,
    password?: string,
  ) =>
    portals.map((portal) =>
      world.program.login(portal.replace(':3260', ''), {
        iqn,
        initiator,
        ...(password === undefined ? {} : { password }),
      }),
    );

  it('go to one writer; its sessions have ended, and its way back is closed, before another has them', async () => {
    await world.create('one', { hacount: 2, metadata: { owner: 'us' } });
    const first = await world.post('/one/publish', W1, 1);
    expect(first.json.published, first.text).to.deep.equal([W1]);
    expect((await world.post('/one/publish', W1)).json).to.deep.equal(first.json);
    expect(login(first.json, W1.initiator)).to.deep.equal([true, true]);
    const refused = await world.post('/one/publish', W2, 2);
    expect([outcome(refused), refused.json.errors[0].message]).to.deep.equal([
      '409 wrong-state',
      'block volume one is published to node w1; unpublish it there first',
    ]);
    expect(outcome(await world.delete('/one'))).to.equal('409 wrong-state');
    const content = world.exports().store.get(first.json.wwn);
    expect((await world.post('/one/unpublish', { node: 'w1' }, 2)).status).to.equal(204);
    expect(world.program.isLoggedIn(W1.initiator)).to.equal(false);
    expect(login(first.json, W1.initiator)).to.deep.equal([false, false]);
    const second = await world.post('/one/publish', W2);
    expect(second.json).to.deep.include({
      size: GIB,
      hacount: 2,
      metadata: { owner: 'us' },
      published: [W2],
    });
    expect(second.json.iqn).to.not.equal(first.json.iqn);
    expect([...world.exports().store]).to.deep.equal([[second.json.wwn, content]]);
    expect((await world.create('one', { hacount: 2, metadata: { owner: 'us' } }, 1)).status).to.equal(200);
  });

  it('change nothing for a node that others answer for, or that has nothing', async () => {
    const made = await world.create('one');
    await world.post('/one/publish', W1);
    expect((await world.post('/one/unpublish', { node: 'w2' })).status).to.equal(204);
    expect((await world.get('/one')).json.published).to.deep.equal([W1]);
    expect((await world.post('/one/unpublish', { node: 'w1', clean: true })).status).to.equal(204);
    expect((await world.get('/one')).json).to.deep.equal(made.json);
    expect((await world.post('/one/unpublish', {})).status).to.equal(204);
    expect((await world.get('/one')).json.iqn).to.equal(made.json.iqn);
  });

  it('may be read by several, of whom the last takes the target with it', async () => {
    const made = await world.create('one');
    const readers = [
      { ...W1, readonly: true },
      { ...W2, readonly: true },
    ];
    for (const reader of readers) expect((await world.post('/one/publish', reader)).status).to.equal(200);
    expect(outcome(await world.post('/one/publish', W1))).to.equal('409 wrong-state');
    await world.post('/one/unpublish', { node: 'w1' });
    expect((await world.get('/one')).json.iqn).to.equal(made.json.iqn);
    await world.post('/one/unpublish', { node: 'w2' });
    expect((await world.get('/one')).json.iqn).to.not.equal(made.json.iqn);
  });

  it('get a new password with the new target', async () => {
    const { username, password } = (await world.create('one', { auth: true })).json;
    const chap = { username, password };
    const published = await world.post('/one/publish', { ...W1, chap });
    expect(login(published.json, W1.initiator, 'wrong')).to.deep.equal([false]);
    expect(login(published.json, W1.initiator, password)).to.deep.equal([true]);
    await world.post('/one/unpublish', { node: 'w1' });
    expect(outcome(await world.post('/one/publish', { ...W2, chap }))).to.equal('403 denied');
    const told = (await world.post('/one/auth', { enabled: true })).json;
    expect(told.password).to.not.equal(password);
    const again = { username: told.username, password: told.password };
    expect((await world.post('/one/publish', { ...W2, chap: again })).status).to.equal(200);
  });

  it('stay the first node’s while a server with its target is down', async () => {
    await world.create('one', { hacount: 2 });
    const { hosts } = (await world.post('/one/publish', W1)).json;
    world.program.down.add(hosts[1]);
    const refused = await world.post('/one/unpublish', { node: 'w1' });
    expect([outcome(refused), refused.json.errors[0].message.includes(hosts[1])]).to.deep.equal([
      '502 uncertain',
      true,
    ]);
    for (const node of [W1, W2]) {
      const answer = await world.post('/one/publish', node);
      expect(outcome(answer)).to.equal('409 wrong-state');
    }
    expect((await world.post('/one/unpublish', { node: 'w1', clean: true })).status).to.equal(502);
    world.program.down.clear();
    expect((await world.post('/one/unpublish', { node: 'w1' }, 1)).status).to.equal(204);
    expect((await world.post('/one/publish', W2)).status).to.equal(200);
  });

  it('are published at once by many gateways, none of them lost, and to one of two nodes', async () => {
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await world.create(name, { size: GIB / 4 });
    const answers = await Promise.all(
      names.map((name, index) => world.post(`/${name}/publish`, { ...W1, node: `n${index}` }, index % 3)),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
    const listed = (await world.get('')).json.map(
      ({ published }: { published: object[] }) => published.length,
    );
    expect(listed).to.deep.equal([1, 1, 1, 1]);
    await world.post('/a/unpublish', {});
    const both = await Promise.all([world.post('/a/publish', W1, 0), world.post('/a/publish', W2, 1)]);
    expect(both.map(({ status }) => status).toSorted()).to.deep.equal([200, 409]);
  });

  /** Each command and each step on the hosting volume of taking a block volume from a node. */
  const moments = [
    ...['delete', 'create'].flatMap((word) => [`before ${word}`, `after ${word}`]),
    ...['mount', 'list', 'redeclare', 'drop name'],
    'volume set',
  ];
  for (const moment of moments) {
    for (const time of [1, 2]) {
      it(`are taken from their node by a retry after a death at "${moment}", time ${time}`, async () => {
        await world.create('one', { hacount: 2 });
        const first = (await world.post('/one/publish', W1)).json;
        login(first, W1.initiator);
        const content = world.exports().store.get(first.wwn);
        const hasDied = world.dieOnce(moment, time);
        const failed = await world.post('/one/unpublish', { node: 'w1' });
        if (time === 1) expect(hasDied()).to.equal(true);
        world.dieNoMore();
        if (failed.status !== 204) {
          expect(failed.status, failed.text).to.be.within(502, 504);
          const early = await world.post('/one/publish', W2, 1);
          // Whoever has it now, the first has it no more.
          expect(early.status === 409 || !world.program.isLoggedIn(W1.initiator), early.text).to.equal(true);
          if (early.status === 200) await world.post('/one/unpublish', { node: 'w2' });
        }
        expect((await world.post('/one/unpublish', { node: 'w1' }, 2)).status).to.equal(204);
        const second = await world.post('/one/publish', W2, 1);
        expect(second.status, second.text).to.equal(200);
        expect(world.program.isLoggedIn(W1.initiator)).to.equal(false);
        expect([...world.exports().store]).to.deep.equal([[second.json.wwn, content]]);
        expect(world.exports().declared.get('one')).to.not.have.any.keys('content', 'storage', 'deleting');
      });
    }
  }
});
