import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { BlockWorld, GIB, VOLUMES, W1, W2 } from './block-world.ts';

describe('published block volumes', () => {
  let world: BlockWorld;
  beforeEach(async () => {
    world = await BlockWorld.start();
  });
  afterEach(() => world.stop());

  it('are open to nobody but the node that they are published to', async () => {
    await world.create('one');
    expect(world.allowed()).to.match(/^\/\.gluster-csi-[0-9a-f-]+\(\*\)$/);
    const published = await world.post('/one/publish', W1, 2);
    expect(published.status, published.text).to.equal(200);
    expect(world.publishedIn(published)).to.deep.equal([W1]);
    expect(world.allowed()).to.match(/^\/one\/[0-9a-f]{10}\(10\.0\.0\.1\),\/\.gluster-csi-/);
    const other = await world.post('/one/publish', W2, 1);
    expect([other.status, other.json.errors[0].message]).to.deep.equal([
      409,
      'block volume one is published to node w1; unpublish it there first',
    ]);
    expect((await world.gateways.request('DELETE', `${VOLUMES}/one`)).json.errors[0].message).to.include(
      'w1',
    );
    expect((await world.post('/one/unpublish', { node: 'w1' }, 1)).status).to.equal(204);
    expect(world.allowed()).to.not.include('/one');
    expect((await world.post('/one/publish', W2)).status).to.equal(200);
    expect(world.allowed()).to.match(/^\/one\/[0-9a-f]{10}\(10\.0\.0\.2\|fd00::2\)/);
    expect((await world.post('/one/unpublish', {})).status).to.equal(204);
    expect((await world.gateways.request('DELETE', `${VOLUMES}/one`)).status).to.equal(204);
    expect((await world.gateways.request('DELETE', `${VOLUMES}/one`)).status).to.equal(404);
  });

  it('may be read by several nodes, or written by one', async () => {
    await world.create('one');
    await world.post('/one/publish', { ...W1, readonly: true });
    expect((await world.post('/one/publish', { ...W2, readonly: true })).json.published).to.have.length(2);
    expect((await world.post('/one/publish', W1)).json.errors[0].fields.fault).to.equal('wrong-state');
    await world.post('/one/unpublish', { node: 'w2' });
    expect(world.publishedIn(await world.post('/one/publish', W1))).to.deep.equal([W1]);
  });

  it('are published at once by many gateways, none of them lost', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) await world.create(name, { size: GIB / 2 });
    const answers = await Promise.all(
      names.map((name, index) => world.post(`/${name}/publish`, { ...W1, node: `n${index}` }, index % 3)),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(names.map(() => 200));
    for (const name of names)
      expect(world.allowed()).to.match(new RegExp(`/${name}/[0-9a-f]{10}\\(10\\.0\\.0\\.1\\)`));
  });

  it('are not unpublished before enough bricks go by it', async () => {
    await world.create('one');
    await world.post('/one/publish', W1);
    const bricks = world.hostingOf()?.bricks ?? [];
    for (const { host, path } of bricks.slice(0, 2)) world.gateways.hosting.deafen(host, path);
    const refused = await world.post('/one/unpublish', { node: 'w1' });
    expect([refused.status, refused.json.errors[0].fields.fault]).to.deep.equal([502, 'uncertain']);
    expect(refused.json.errors[0].message).to.include(`${bricks[0]?.host}:${bricks[0]?.path}`);
    world.gateways.hosting.deaf.delete(`${bricks[0]?.host}:${bricks[0]?.path}`);
    expect((await world.post('/one/unpublish', { node: 'w1' })).status).to.equal(204);
  });

  it('are not unpublished by a repeated request before enough bricks go by it either', async () => {
    await world.create('one');
    await world.post('/one/publish', W1);
    for (const { host, path } of world.hostingOf()?.bricks ?? []) world.gateways.hosting.deafen(host, path);
    for (const _ of ['first', 'again']) {
      const refused = await world.post('/one/unpublish', { node: 'w1' });
      expect(refused.json.errors[0].fields.fault).to.equal('uncertain');
    }
    world.gateways.hosting.deaf.clear();
    expect((await world.post('/one/unpublish', { node: 'w1' })).status).to.equal(204);
  });

  it('are published while the server of the first brick is down', async () => {
    await world.create('one');
    const [first] = world.hostingOf()?.bricks ?? [];
    const down = world.gateways.gateways.findIndex(({ peerId }) => peerId === first?.peerId);
    const peer = world.gateways.pool.peers.find(({ id }) => id === first?.peerId);
    if (peer !== undefined) peer.connected = false;
    const other = (down + 1) % 3;
    const answer = await world.post('/one/publish', W1, other);
    expect(answer.status, answer.text).to.equal(200);
  });

  it('are published while the gateway of the first brick does not run', async () => {
    await world.create('one');
    const [first] = world.hostingOf()?.bricks ?? [];
    const dead = world.gateways.gateways.findIndex(({ peerId }) => peerId === first?.peerId);
    await world.gateways.at(dead).gateway.stop();
    const other = (dead + 1) % 3;
    const answer = await world.post('/one/publish', W1, other);
    expect(answer.status, answer.text).to.equal(200);
    expect((await world.post('/one/unpublish', { node: 'w1' }, other)).status).to.equal(204);
  });

  it('stay published when the hosting volume is edited or grows at the same time', async () => {
    const hosting = (await world.create('one')).json.hostingvolume;
    const edit = (value: string) =>
      world.gateways.request('POST', `/v1/volumes/${hosting}/edit`, {
        body: { metadata: { note: value } },
        gateway: 1,
      });
    const resize = () =>
      world.gateways.request('POST', `/v1/volumes/${hosting}/resize`, {
        body: { size: 6 * GIB },
        gateway: 2,
      });
    const answers = await Promise.all([world.post('/one/publish', W1), edit('a'), resize()]);
    for (const { status, json } of answers) {
      if (status !== 200) expect(json.errors[0].fields.fault).to.equal('busy');
    }
    expect(answers[0].status).to.equal(200);
    expect(world.publishedIn(await world.gateways.request('GET', `${VOLUMES}/one`))).to.deep.equal([W1]);
    expect((await resize()).status).to.equal(200);
    expect(world.allowed()).to.match(/\/one\/[0-9a-f]{10}\(10\.0\.0\.1\)/);
  });

  it('are refused to storage servers, and for what is no address', async () => {
    await world.create('one');
    const server = await world.post('/one/publish', { ...W1, addresses: ['127.0.0.2'] });
    expect(server.json.errors[0].fields.fault).to.equal('unsupported');
    for (const bad of [{ addresses: ['*'] }, { addresses: ['1.2.3.4)'] }, { node: 'a b' }]) {
      expect((await world.post('/one/publish', { ...W1, ...bad })).status).to.equal(400);
    }
  });

  it('are published, and unpublished, by a retry after a command that was lost', async () => {
    await world.create('one');
    const { pool } = world.gateways;
    const note = pool.note.bind(pool);
    let isLost = false;
    pool.note = (command) => {
      note(command);
      if (command === 'volume set' && isLost) throw new Fault('uncertain', 'glusterd died');
    };
    for (const [path, body] of [
      ['/one/publish', W1],
      ['/one/unpublish', { node: 'w1' }],
    ] as const) {
      isLost = true;
      expect((await world.post(path, body)).json.errors[0].fields.fault).to.equal('uncertain');
      isLost = false;
      expect((await world.post(path, body, 1)).status).to.be.below(300);
      expect(world.allowed().includes('/one/')).to.equal(path === '/one/publish');
    }
  });
});
