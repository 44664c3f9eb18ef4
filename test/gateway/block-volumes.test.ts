import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { MemoryGateways } from '../fakes/memory-gateways.ts';

const GIB = 1024 ** 3;
const VOLUMES = '/v1/blockvolumes/virtblock';
const W1 = { node: 'w1', addresses: ['10.0.0.1'], readonly: false };
const W2 = { node: 'w2', addresses: ['10.0.0.2', 'fd00::2'], readonly: false };

describe('block volumes through the REST API', () => {
  let gateways: MemoryGateways;
  beforeEach(async () => {
    gateways = new MemoryGateways();
    await gateways.start(3);
  });
  afterEach(() => gateways.stop());

  const post = (path: string, body: unknown, gateway = 0) =>
    gateways.request('POST', `${VOLUMES}${path}`, { body, gateway });
  const create = (name: string, more: object = {}, gateway = 0) =>
    post('', { name, size: GIB, ...more }, gateway);
  const hostingOf = () => [...gateways.pool.volumes.values()][0];
  const allowed = () => hostingOf()?.options['auth.allow'] ?? '';

  it('are made with a hosting volume of three copies, and the same again is the same', async () => {
    const metadata = { owner: 'us' };
    const made = await create('one', { metadata });
    expect(made.status, made.text).to.equal(201);
    expect(made.json).to.include({ name: 'one', size: GIB, iqn: '' });
    expect(made.headers['location']).to.equal(`${VOLUMES}/one`);
    const again = await create('one', { metadata }, 1);
    expect([again.status, again.json]).to.deep.equal([200, made.json]);
    expect(hostingOf()).to.include({ name: made.json.hostingvolume, replicaCount: 3, state: 'Started' });
    expect((await create('two')).json.hostingvolume).to.equal(made.json.hostingvolume);
    expect(gateways.pool.volumes.size).to.equal(1);
    const listed = await gateways.request('GET', `${VOLUMES}?limit=1&after=one`);
    expect(listed.json.map(({ name, size }: { name: string; size: number }) => [name, size])).to.deep.equal([
      ['two', GIB],
    ]);
    expect((await gateways.request('GET', `${VOLUMES}/one`)).json.metadata).to.deep.equal(metadata);
  });

  it('are another one’s with another size, other metadata, or on another hosting volume', async () => {
    await create('one', { metadata: { owner: 'us' } });
    const others = [{ size: 2 * GIB, metadata: { owner: 'us' } }, { metadata: {} }];
    for (const other of others) {
      const { status, json } = await create('one', other);
      expect([status, json.errors[0].fields.fault]).to.deep.equal([409, 'conflict']);
    }
  });

  it('are 404 when missing, in every request but unpublish', async () => {
    await create('one');
    const answers = await Promise.all([
      gateways.request('GET', `${VOLUMES}/none`),
      gateways.request('DELETE', `${VOLUMES}/none`),
      post('/none/expand', { size: GIB }),
      post('/none/publish', W1),
      post('/none/unpublish', {}),
    ]);
    expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404, 404, 204]);
  });

  it('take a hosting volume that is named, and none that is not marked', async () => {
    await gateways.request('POST', '/v1/volumes', { body: { name: 'plain', size: GIB, replica: 3 } });
    const body = { name: 'host', size: 2 * GIB, replica: 3, metadata: { 'block-hosting': 'yes' } };
    await gateways.request('POST', '/v1/volumes', { body });
    await gateways.request('POST', '/v1/volumes/host/start');
    expect((await create('one', { hostingvolume: 'plain' })).json.errors[0].fields.fault).to.equal(
      'wrong-state',
    );
    expect((await create('one', { hostingvolume: 'none' })).status).to.equal(404);
    expect((await create('one', { hostingvolume: 'host' })).json.hostingvolume).to.equal('host');
    const tooLarge = await create('two', { hostingvolume: 'host' });
    expect([tooLarge.status, tooLarge.json.errors[0].fields.fault]).to.deep.equal([507, 'exhausted']);
  });

  it('grow, and never shrink', async () => {
    await create('one');
    expect((await post('/one/expand', { size: 2 * GIB })).json.size).to.equal(2 * GIB);
    expect((await post('/one/expand', { size: GIB })).json.size).to.equal(2 * GIB);
    const tooLarge = await post('/one/expand', { size: 900 * GIB });
    expect(tooLarge.json.errors[0].fields.fault).to.equal('exhausted');
  });

  it('are open to nobody but the node that they are published to', async () => {
    await create('one');
    expect(allowed()).to.match(/^\/\.gluster-csi-[0-9a-f-]+\(\*\)$/);
    const published = await post('/one/publish', W1, 2);
    expect(published.status, published.text).to.equal(200);
    expect(published.json.published).to.deep.equal([W1]);
    expect(allowed()).to.include('/one(10.0.0.1),/.gluster-csi-');
    const other = await post('/one/publish', W2, 1);
    expect([other.status, other.json.errors[0].message]).to.deep.equal([
      409,
      'block volume one is published to node w1; unpublish it there first',
    ]);
    expect((await gateways.request('DELETE', `${VOLUMES}/one`)).json.errors[0].message).to.include('w1');
    expect((await post('/one/unpublish', { node: 'w1' }, 1)).status).to.equal(204);
    expect(allowed()).to.not.include('/one(');
    expect((await post('/one/publish', W2)).status).to.equal(200);
    expect(allowed()).to.include('/one(10.0.0.2|fd00::2)');
    expect((await post('/one/unpublish', {})).status).to.equal(204);
    expect((await gateways.request('DELETE', `${VOLUMES}/one`)).status).to.equal(204);
    expect((await gateways.request('DELETE', `${VOLUMES}/one`)).status).to.equal(404);
  });

  it('may be read by several nodes, or written by one', async () => {
    await create('one');
    await post('/one/publish', { ...W1, readonly: true });
    expect((await post('/one/publish', { ...W2, readonly: true })).json.published).to.have.length(2);
    expect((await post('/one/publish', W1)).json.errors[0].fields.fault).to.equal('wrong-state');
    await post('/one/unpublish', { node: 'w2' });
    expect((await post('/one/publish', W1)).json.published).to.deep.equal([W1]);
  });

  it('are published at once by many gateways, none of them lost', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) await create(name, { size: GIB / 2 });
    const answers = await Promise.all(
      names.map((name, index) => post(`/${name}/publish`, { ...W1, node: `n${index}` }, index % 3)),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(names.map(() => 200));
    for (const name of names) expect(allowed()).to.include(`/${name}(10.0.0.1)`);
  });

  it('are not unpublished before enough bricks go by it', async () => {
    await create('one');
    await post('/one/publish', W1);
    const bricks = hostingOf()?.bricks ?? [];
    for (const { host, path } of bricks.slice(0, 2)) gateways.hosting.deafen(host, path);
    const refused = await post('/one/unpublish', { node: 'w1' });
    expect([refused.status, refused.json.errors[0].fields.fault]).to.deep.equal([502, 'uncertain']);
    expect(refused.json.errors[0].message).to.include(`${bricks[0]?.host}:${bricks[0]?.path}`);
    gateways.hosting.deaf.delete(`${bricks[0]?.host}:${bricks[0]?.path}`);
    expect((await post('/one/unpublish', { node: 'w1' })).status).to.equal(204);
  });

  it('are published while the server of the first brick is down', async () => {
    await create('one');
    const [first] = hostingOf()?.bricks ?? [];
    const down = gateways.gateways.findIndex(({ peerId }) => peerId === first?.peerId);
    const peer = gateways.pool.peers.find(({ id }) => id === first?.peerId);
    if (peer !== undefined) peer.connected = false;
    const other = (down + 1) % 3;
    const answer = await post('/one/publish', W1, other);
    expect(answer.status, answer.text).to.equal(200);
  });

  it('are published while the gateway of the first brick does not run', async () => {
    await create('one');
    const [first] = hostingOf()?.bricks ?? [];
    const dead = gateways.gateways.findIndex(({ peerId }) => peerId === first?.peerId);
    await gateways.at(dead).gateway.stop();
    const other = (dead + 1) % 3;
    const answer = await post('/one/publish', W1, other);
    expect(answer.status, answer.text).to.equal(200);
    expect((await post('/one/unpublish', { node: 'w1' }, other)).status).to.equal(204);
  });

  it('have their publications back after a reset of the hosting volume, by whichever request comes first', async () => {
    const { hostingvolume } = (await create('one')).json;
    await post('/one/publish', W1);
    // Of three copies it is Gluster's default.
    const { 'cluster.quorum-type': _, ...before } = gateways.pool.get(hostingvolume).options;
    const reset = () =>
      gateways.pool.volumes.set(hostingvolume, { ...gateways.pool.get(hostingvolume), options: {} });
    const requests = [
      () => create('one', {}, 1),
      () => gateways.request('GET', `${VOLUMES}/one`, { gateway: 2 }),
      () => gateways.request('GET', VOLUMES),
      () => post('/one/publish', W1),
    ];
    for (const request of requests) {
      reset();
      const { status, text } = await request();
      expect(status, text).to.equal(200);
      expect(gateways.pool.get(hostingvolume).options).to.include(before);
    }
    expect(gateways.pool.volumes.size).to.equal(1);
  });

  it('keep their hosting volume from being deleted, which goes with the last one if asked', async () => {
    const hosting = (await create('one')).json.hostingvolume;
    await create('two');
    const refused = await gateways.request('DELETE', `/v1/volumes/${hosting}`);
    expect(refused.json.errors[0].fields.fault).to.equal('wrong-state');
    const remove = (name: string) => gateways.request('DELETE', `${VOLUMES}/${name}?prune=true`);
    expect((await remove('one')).status).to.equal(204);
    expect(gateways.pool.volumes.size).to.equal(1);
    expect((await remove('two')).status).to.equal(204);
    expect(gateways.pool.volumes.size).to.equal(0);
  });

  it('take their hosting volume with them when the request is repeated after a death in between', async () => {
    const hosting = (await create('one')).json.hostingvolume;
    gateways.hosting.disksOf(hosting).delete('one');
    const path = `${VOLUMES}/one?prune=true&hostingvolume=${hosting}`;
    expect((await gateways.request('DELETE', path)).status).to.equal(404);
    expect(gateways.pool.volumes.size).to.equal(0);
    expect((await gateways.request('DELETE', path)).status).to.equal(404);
  });

  it('have the next create delete a hosting volume whose deletion was interrupted', async () => {
    const hosting = (await create('one')).json.hostingvolume;
    let lists = 0;
    gateways.hosting.before = (step) => {
      if (step === 'list' && ++lists === 3) throw new Fault('unreachable', 'died');
    };
    expect((await gateways.request('DELETE', `${VOLUMES}/one?prune=true`)).status).to.equal(204);
    expect(gateways.pool.get(hosting).options['user.gluster-csi']).to.include('closing');
    expect((await create('two')).status).to.equal(201);
    expect([...gateways.pool.volumes.keys()])
      .to.have.length(1)
      .and.not.include(hosting);
  });

  it('leave a hosting volume that an admin made, and one that gets another meanwhile', async () => {
    const body = { name: 'host', size: 2 * GIB, replica: 3, metadata: { 'block-hosting': 'yes' } };
    await gateways.request('POST', '/v1/volumes', { body });
    await gateways.request('POST', '/v1/volumes/host/start');
    await create('one', { hostingvolume: 'host' });
    await gateways.request('DELETE', `${VOLUMES}/one?prune=true`);
    expect([...gateways.pool.volumes.keys()]).to.deep.equal(['host']);

    const hosting = (await create('two', { hostvolreplicacnt: 3 })).json.hostingvolume;
    let lists = 0;
    gateways.hosting.before = (step) => {
      // The delete's own look comes first, that of the prune next.
      if (step === 'list' && ++lists === 3) gateways.hosting.put(hosting, 'three', 1n);
    };
    await gateways.request('DELETE', `${VOLUMES}/two?prune=true`);
    expect(gateways.pool.get(hosting).options['user.gluster-csi']).to.include('"block-hosting":"yes"');
    expect((await gateways.request('GET', `${VOLUMES}/three`)).status).to.equal(200);
  });

  it('stay published when the hosting volume is edited or grows at the same time', async () => {
    const hosting = (await create('one')).json.hostingvolume;
    const edit = (value: string) =>
      gateways.request('POST', `/v1/volumes/${hosting}/edit`, {
        body: { metadata: { note: value } },
        gateway: 1,
      });
    const resize = () =>
      gateways.request('POST', `/v1/volumes/${hosting}/resize`, { body: { size: 6 * GIB }, gateway: 2 });
    const answers = await Promise.all([post('/one/publish', W1), edit('a'), resize()]);
    for (const { status, json } of answers) {
      if (status !== 200) expect(json.errors[0].fields.fault).to.equal('busy');
    }
    expect(answers[0].status).to.equal(200);
    expect((await gateways.request('GET', `${VOLUMES}/one`)).json.published).to.deep.equal([W1]);
    expect((await resize()).status).to.equal(200);
    expect(allowed()).to.include('/one(10.0.0.1)');
  });

  it('are refused to storage servers, and for what is no address', async () => {
    await create('one');
    const server = await post('/one/publish', { ...W1, addresses: ['127.0.0.2'] });
    expect(server.json.errors[0].fields.fault).to.equal('unsupported');
    for (const bad of [{ addresses: ['*'] }, { addresses: ['1.2.3.4)'] }, { node: 'a b' }]) {
      expect((await post('/one/publish', { ...W1, ...bad })).status).to.equal(400);
    }
  });

  it('are refused for what cannot be, by the name of the field', async () => {
    const bodies: readonly [object, string][] = [
      [{ name: '../x' }, 'name'],
      [{ name: '.gluster-csi' }, 'name'],
      [{ size: 0 }, 'size'],
      [{ blocktype: 'xfs' }, 'blocktype'],
      [{ hacount: 2 }, 'hacount'],
      [{ metadata: { _shape: 'x' } }, 'metadata'],
      [{ hostvolsize: GIB }, 'hostvolsize'],
      [{ hostvolreplicacnt: 1 }, 'hostvol.replica'],
      [{ hostvolreplicacnt: 3, hostvol: { replica: 2 } }, 'hostvolreplicacnt'],
      [{ hostingvolume: 'a', hostvol: { replica: 3 } }, 'hostvol'],
      [{ hostvol: { options: { 'auth.allow': '*' } } }, 'auth.allow'],
    ];
    for (const [change, field] of bodies) {
      const { status, json } = await create('one', change);
      expect([status, json.errors[0].message], field).to.satisfy(
        ([code, message]: [number, string]) => code === 400 && message.includes(field),
      );
    }
    expect(gateways.pool.volumes.size).to.equal(0);
    await create('one');
    expect((await gateways.request('DELETE', `${VOLUMES}/one?prune=maybe`)).status).to.equal(400);
    expect((await gateways.request('GET', `${VOLUMES}/one?hostingvolume=../x`)).status).to.equal(400);
  });

  it('are published, and unpublished, by a retry after a command that was lost', async () => {
    await create('one');
    const { pool } = gateways;
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
      expect((await post(path, body)).json.errors[0].fields.fault).to.equal('uncertain');
      isLost = false;
      expect((await post(path, body, 1)).status).to.be.below(300);
      expect(allowed().includes('/one(')).to.equal(path === '/one/publish');
    }
  });

  for (const step of ['mount', 'list', 'make', 'keep metadata']) {
    it(`are finished by a retry after a death at "${step}"`, async () => {
      let calls = 0;
      gateways.hosting.before = (name) => {
        if (name === step && calls++ === 0) throw new Fault('unreachable', 'died');
      };
      const first = await create('one', { metadata: { owner: 'us' } });
      const again = await create('one', { metadata: { owner: 'us' } }, 1);
      expect([first.status >= 500 || first.status === 201, again.status < 300]).to.deep.equal([true, true]);
      expect(gateways.pool.volumes.size).to.equal(1);
      expect((await gateways.request('GET', `${VOLUMES}/one`)).json.metadata).to.deep.equal({ owner: 'us' });
    });
  }
});
