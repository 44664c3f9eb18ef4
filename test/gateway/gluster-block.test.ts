import { expect } from 'chai';
import { GIB, GlusterBlockWorld, outcome, VOLUMES, W1 } from './gluster-block-world.ts';

describe('gluster-block’s volumes through the REST API', () => {
  let world: GlusterBlockWorld;
  beforeEach(async () => {
    world = await GlusterBlockWorld.start();
  });
  afterEach(() => world.stop());

  it('are made on a hosting volume of their own, and the same again is the same', async () => {
    const metadata = { owner: 'us' };
    const made = await world.create('one', { metadata, hacount: 2 });
    expect(made.status, made.text).to.equal(201);
    expect(made.json).to.deep.include({
      name: 'one',
      size: GIB,
      hacount: 2,
      lun: 0,
      metadata,
      published: [],
    });
    expect(made.json.hosts).to.have.length(2);
    expect(made.json.portals).to.deep.equal(made.json.hosts.map((host: string) => `${host}:3260`));
    expect(made.json.iqn).to.equal(`iqn.2016-12.org.gluster-block:${made.json.wwn}`);
    const again = await world.create('one', { metadata, hacount: 2 }, 1);
    expect([again.status, again.json]).to.deep.equal([200, made.json]);
    const { options } = world.gateways.pool.get(made.json.hostingvolume);
    expect(options).to.include({ 'features.shard': 'on', 'cluster.lookup-optimize': 'off' });
    expect(options['auth.allow']).to.match(/^\/\.gluster-csi-[0-9a-f-]+\(\*\)$/);
    const virtblock = await world.gateways.request('POST', '/v1/blockvolumes/virtblock', {
      body: { name: 'one', size: GIB },
    });
    expect(virtblock.status, virtblock.text).to.equal(201);
    expect(virtblock.json.hostingvolume).to.not.equal(made.json.hostingvolume);
    expect((await world.create('two')).json.hostingvolume).to.equal(made.json.hostingvolume);
    const listed = await world.get('?limit=1&after=one');
    expect(listed.json.map(({ name, size }: { name: string; size: number }) => [name, size])).to.deep.equal([
      ['two', GIB],
    ]);
    expect((await world.get('/one')).json).to.deep.equal(made.json);
  });

  it('keep their hosting volume sharded, and the record of who has them, through a reset of it', async () => {
    const { hostingvolume } = (await world.create('one')).json;
    await world.post('/one/publish', W1);
    const { pool } = world.gateways;
    const before = pool.get(hostingvolume).options;
    pool.volumes.set(hostingvolume, { ...pool.get(hostingvolume), options: {} });
    expect((await world.get('/one', 1)).json.published).to.deep.equal([W1]);
    expect(pool.get(hostingvolume).options).to.deep.equal(before);
    expect(before).to.include({ 'features.shard': 'on', 'features.shard-block-size': '64MB' });
  });

  it('share no hosting volume with virtblock, though it is named', async () => {
    const ours = (await world.create('one')).json.hostingvolume;
    const path = '/v1/blockvolumes/virtblock';
    const theirs = (await world.gateways.request('POST', path, { body: { name: 'two', size: GIB } })).json;
    const body = { name: 'three', size: GIB, hostingvolume: ours };
    expect(outcome(await world.gateways.request('POST', path, { body }))).to.equal('409 wrong-state');
    const { hostingvolume } = theirs;
    expect(outcome(await world.create('three', { hostingvolume }))).to.equal('409 wrong-state');
    const listed = await world.gateways.request('GET', path);
    expect(listed.json.map(({ name }: { name: string }) => name)).to.deep.equal(['two']);
  });

  it('are spread over the servers', async () => {
    const hosts: string[] = [];
    for (const name of ['a', 'b', 'c'])
      hosts.push(...(await world.create(name, { size: GIB / 2 })).json.hosts);
    expect(new Set(hosts).size).to.equal(3);
    expect(outcome(await world.create('d', { hacount: 4 }))).to.equal('507 exhausted');
    const named = await world.create('d', { size: GIB / 2, hosts: ['127.0.0.3', '127.0.0.1'] });
    expect(named.json.hosts).to.deep.equal(['127.0.0.3', '127.0.0.1']);
  });

  it('are another one’s with another size, metadata, servers or authentication', async () => {
    await world.create('one', { metadata: { owner: 'us' } });
    const same = { metadata: { owner: 'us' } };
    for (const other of [{}, { ...same, size: GIB * 2 }, { ...same, hacount: 2 }, { ...same, auth: true }])
      expect(outcome(await world.create('one', other))).to.equal('409 conflict');
    expect((await world.create('one', same)).status).to.equal(200);
  });

  it('tell their password to who creates them with authentication, and to nobody else', async () => {
    const made = await world.create('one', { auth: true });
    expect(made.json.username).to.equal(made.json.wwn);
    const { password } = made.json;
    expect(password).to.match(/^[0-9a-f-]{36}$/);
    expect((await world.create('one', { auth: true })).json.password).to.equal(password);
    const others = [await world.get('/one'), await world.get(''), await world.post('/one/publish', W1)];
    for (const { text } of others) expect(text).to.not.include(password).and.not.include('username');
    expect((await world.create('two')).json).to.not.have.property('password');
  });

  it('are 404 when missing, in every request but unpublish', async () => {
    await world.create('one');
    const answers = await Promise.all([
      world.get('/none'),
      world.delete('/none'),
      world.post('/none/expand', { size: GIB }),
      world.post('/none/auth', { enabled: true }),
      world.post('/none/replace', { from: '127.0.0.1', to: '127.0.0.2' }),
      world.post('/none/publish', W1),
      world.post('/none/unpublish', {}),
    ]);
    expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404, 404, 404, 404, 204]);
  });

  it('are 501 where the command is not installed, with the remedy, and nothing is made', async () => {
    world.program.isInstalled = false;
    const answers = [await world.create('one'), await world.get(''), await world.get('/one')];
    answers.push(await world.delete('/one'), await world.post('/one/publish', W1));
    for (const answer of answers) {
      expect(outcome(answer)).to.equal('501 unsupported');
      expect(answer.json.errors[0].message).to.include('install gluster-block');
    }
    expect(world.gateways.pool.volumes.size).to.equal(0);
  });

  it('have sizes of whole sectors, and those of the log, not of what info rounds', async () => {
    const odd = 1_234_567_891;
    const made = await world.create('one', { size: odd });
    expect(made.json.size).to.equal(Math.ceil(odd / 512) * 512);
    expect((await world.create('one', { size: odd })).status).to.equal(200);
    const grown = await world.post('/one/expand', { size: odd + 1_000_000 });
    expect(grown.json.size).to.equal(Math.ceil((odd + 1_000_000) / 512) * 512);
    expect((await world.post('/one/expand', { size: 512 })).json.size).to.equal(grown.json.size);
    expect(outcome(await world.post('/one/expand', { size: 900 * GIB }))).to.equal('507 exhausted');
  });

  it('have the least size of their servers while a change of it is half done', async () => {
    const { hosts } = (await world.create('one', { hacount: 2 })).json;
    world.program.down.add(hosts[1]);
    const half = await world.post('/one/expand', { size: 2 * GIB });
    expect(outcome(half)).to.equal('502 uncertain');
    expect(half.json.errors[0].message).to.include(hosts[1]);
    expect((await world.get('/one')).json.size).to.equal(GIB);
    world.program.down.clear();
    expect((await world.post('/one/expand', { size: 2 * GIB })).json.size).to.equal(2 * GIB);
    const sizes = hosts.map((host: string) => world.program.targets.get(`${host}/one`)?.size);
    expect(sizes).to.deep.equal([BigInt(2 * GIB), BigInt(2 * GIB)]);
  });

  it('are deleted, and their hosting volume with the last of them', async () => {
    await world.create('one');
    await world.create('two');
    expect((await world.delete('/one?prune=true')).status).to.equal(204);
    expect(world.gateways.pool.volumes.size).to.equal(1);
    expect((await world.delete('/two?prune=true')).status).to.equal(204);
    expect([world.gateways.pool.volumes.size, world.rest()]).to.deep.equal([0, []]);
    expect((await world.delete('/two')).status).to.equal(404);
  });

  it('leave their backing file when asked, of which another is made; it counts, and keeps the hosting volume', async () => {
    const { hostingvolume, wwn } = (await world.create('one', { size: 3 * GIB })).json;
    const kept = await world.delete('/one?keep-storage=true&prune=true');
    expect([kept.status, kept.json]).to.deep.equal([200, { storage: wwn }]);
    expect((await world.get('')).json).to.deep.equal([]);
    expect((await world.create('big', { size: 3 * GIB, hostingvolume })).status).to.equal(201);
    const { capacity } = (await world.gateways.request('GET', `/v1/volumes/${hostingvolume}`)).json;
    expect(capacity).to.equal(6 * GIB + 32 * 1024 ** 2);
    expect((await world.delete('/big?prune=true')).status).to.equal(204);
    const body = { name: 'again', storage: wwn, hostingvolume };
    const made = await world.post('', body);
    expect([made.status, made.json.size], made.text).to.deep.equal([201, 3 * GIB]);
    expect((await world.post('', body, 1)).status).to.equal(200);
    expect(made.json.wwn).to.not.equal(wwn);
    expect([...world.exports().store.keys()]).to.deep.equal([made.json.wwn]);
    expect(outcome(await world.post('', { ...body, name: 'thief', storage: made.json.wwn }))).to.equal(
      '409 wrong-state',
    );
    expect(outcome(await world.post('', { ...body, name: 'other', storage: 'none' }))).to.equal(
      '404 not-found',
    );
    expect((await world.delete('/again?prune=true')).status).to.equal(204);
    expect(world.rest()).to.deep.equal([]);
  });

  it('move to another server, while nobody has them', async () => {
    const { hosts } = (await world.create('one')).json;
    const [from] = hosts;
    const to = '127.0.0.1' === from ? '127.0.0.2' : '127.0.0.1';
    await world.post('/one/publish', W1);
    expect(outcome(await world.post('/one/replace', { from, to }))).to.equal('409 wrong-state');
    await world.post('/one/unpublish', {});
    for (const gateway of [0, 1]) {
      const moved = await world.post('/one/replace', { from, to }, gateway);
      expect([moved.status, moved.json.portals], moved.text).to.deep.equal([200, [`${to}:3260`]]);
    }
    expect([...world.program.targets.keys()]).to.deep.equal([`${to}/one`]);
    expect(outcome(await world.post('/one/replace', { from: '10.9.9.9', to: '10.9.9.8' }))).to.equal(
      '404 not-found',
    );
    world.program.down.add(to);
    expect(outcome(await world.post('/one/replace', { from: to, to: from }))).to.equal('502 uncertain');
  });

  it('have authentication switched on and off, while nobody has them', async () => {
    await world.create('one');
    const on = await world.post('/one/auth', { enabled: true });
    expect(on.json.username).to.equal(on.json.wwn);
    expect((await world.post('/one/auth', { enabled: true }, 1)).json.password).to.equal(on.json.password);
    const { username, password } = on.json;
    const wrong = await world.post('/one/publish', { ...W1, chap: { username, password: 'guessed-by-one' } });
    expect([outcome(wrong), wrong.text.includes('guessed-by-one')]).to.deep.equal(['403 denied', false]);
    expect((await world.post('/one/publish', { ...W1, chap: { username, password } })).status).to.equal(200);
    expect(outcome(await world.post('/one/auth', { enabled: false }))).to.equal('409 wrong-state');
    await world.post('/one/unpublish', { node: 'w1', clean: true });
    expect((await world.post('/one/auth', { enabled: false })).json).to.not.have.property('password');
    expect(outcome(await world.post('/one/publish', { ...W1, chap: { username, password } }))).to.equal(
      '400 invalid',
    );
  });

  it('are refused for what cannot be, by the name of the field', async () => {
    const bodies: readonly [object, string][] = [
      [{ name: '../x' }, 'name'],
      [{ size: 0 }, 'size'],
      [{ storage: 'x', hostingvolume: 'h' }, 'size'],
      [{ size: undefined }, 'size'],
      [{ size: undefined, storage: 'x' }, 'hostingvolume'],
      [{ size: undefined, storage: '../x', hostingvolume: 'h' }, 'storage'],
      [{ hacount: 0 }, 'hacount'],
      [{ hosts: ['server-1'] }, 'hosts'],
      [{ hosts: ['10.0.0.1', '10.0.0.1'] }, 'hosts'],
      [{ hosts: ['10.0.0.1'], hacount: 2 }, 'hacount'],
      [{ metadata: { _size: '1' } }, 'metadata'],
      [{ hostvol: { disperse: 3 } }, 'hostvol.disperse'],
      [{ clusters: ['a'] }, 'clusters'],
    ];
    for (const [change, field] of bodies) {
      const { status, json } = await world.create('one', change);
      expect([status, json.errors[0].message], field).to.satisfy(
        ([code, message]: [number, string]) => code === 400 && message.includes(field),
      );
    }
    expect(world.gateways.pool.volumes.size).to.equal(0);
    await world.create('one');
    for (const bad of [{ initiator: 'w1' }, { initiator: 'iqn.1994-05.com.example:a b' }, { node: 'a b' }])
      expect((await world.post('/one/publish', { ...W1, ...bad })).status).to.equal(400);
    expect(outcome(await world.post('/one/publish', { ...W1, shared: true }))).to.equal('501 unsupported');
    expect((await world.gateways.request('DELETE', `${VOLUMES}/one?keep-storage=x`)).status).to.equal(400);
  });
});
