import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { BlockWorld, GIB, VOLUMES, W1 } from './block-world.ts';

const METADATA = { owner: 'us' };

describe('block volumes that two gateways are at work on', () => {
  let world: BlockWorld;
  let hosting: string;
  beforeEach(async () => {
    world = await BlockWorld.start();
    hosting = (await world.create('first')).json.hostingvolume;
  });
  afterEach(() => world.stop());

  /** Does it before the step of that name that comes next, once. */
  function meanwhile(step: string, act: () => unknown): void {
    world.gateways.hosting.before = async (name) => {
      if (name !== step) return;
      world.gateways.hosting.before = () => undefined;
      await act();
    };
  }

  const get = (name: string) => world.gateways.request('GET', `${VOLUMES}/${name}`, { gateway: 2 });
  const create = (gateway: number) => world.create('one', { metadata: METADATA }, gateway);
  const remove = (name: string, query = '') =>
    world.gateways.request('DELETE', `${VOLUMES}/${name}${query}`, { gateway: 1 });
  const faultOf = ({ json }: Awaited<ReturnType<typeof get>>) => json.errors[0].fields.fault;
  const isThere = () => world.gateways.hosting.disksOf(hosting).has('one');

  /** The first gateway's look for others of the name fails once it has made the file. */
  function failOnceMade(before: () => Promise<unknown>): void {
    const { pool } = world.gateways;
    const note = pool.note.bind(pool);
    meanwhile('rename', () => {
      meanwhile('take back', before);
      pool.note = (command) => {
        pool.note = note;
        note(command);
        throw new Fault('unreachable', 'glusterd does not answer');
      };
    });
  }

  it('are not taken back once the same request has got them elsewhere', async () => {
    let second: Awaited<ReturnType<typeof create>> | undefined;
    failOnceMade(async () => {
      second = await create(1);
      expect((await world.post('/one/publish', W1, 1)).status).to.equal(200);
    });
    const first = await create(0);
    expect([second?.status, faultOf(first)]).to.deep.equal([200, 'uncertain']);
    expect((await get('one')).json).to.deep.include({ metadata: METADATA, published: [W1] });
    expect((await create(0)).status).to.equal(200);
  });

  it('are not got while they are taken back, and made by a retry', async () => {
    let second: Awaited<ReturnType<typeof create>> | undefined;
    failOnceMade(async () => {
      meanwhile('remove', async () => {
        second = await create(1);
      });
    });
    const first = await create(0);
    expect(second && faultOf(second)).to.equal('busy');
    expect([faultOf(first), isThere()]).to.deep.equal(['unreachable', false]);
    expect((await create(2)).status).to.equal(201);
  });

  it('are made by a retry long after a request died that was taking them back', async () => {
    world.gateways.hosting.put(hosting, 'one', BigInt(GIB));
    const kept = world.gateways.hosting.keptOf(hosting);
    kept.set('one', { state: 'taken-back', since: Date.now() });
    expect(faultOf(await create(0))).to.equal('busy');
    kept.set('one', { state: 'taken-back', since: 1 });
    expect((await create(0)).status).to.equal(200);
    expect((await get('one')).json.metadata).to.deep.equal(METADATA);
  });

  it('are made anew long after a delete died that had taken the file', async () => {
    const kept = world.gateways.hosting.keptOf(hosting);
    kept.set('one', { state: 'deleting', since: Date.now(), metadata: { owner: 'others' } });
    expect(faultOf(await create(0))).to.equal('busy');
    kept.set('one', { state: 'deleting', since: 1, metadata: { owner: 'others' } });
    expect((await create(0)).status).to.equal(201);
    expect((await get('one')).json.metadata).to.deep.equal(METADATA);
  });

  it('stay when they are published before a delete has marked them', async () => {
    await create(0);
    meanwhile('mark', () => world.post('/one/publish', W1));
    expect(faultOf(await remove('one'))).to.equal('wrong-state');
    expect((await get('one')).json).to.deep.include({ metadata: METADATA, published: [W1] });
    expect((await world.post('/one/publish', W1)).status).to.equal(200);
  });

  it('are not published once a delete has marked them', async () => {
    await create(0);
    let published: Awaited<ReturnType<typeof create>> | undefined;
    meanwhile('remove', async () => {
      published = await world.post('/one/publish', W1);
    });
    expect((await remove('one')).status).to.equal(204);
    expect(published && faultOf(published)).to.equal('busy');
    expect([(await world.post('/one/publish', W1)).status, isThere()]).to.deep.equal([404, false]);
    expect(world.allowed()).to.not.include('/one(');
  });

  it('are refused by a publish that a delete overtakes, or refuse the delete', async () => {
    await create(0);
    const { pool } = world.gateways;
    const note = pool.note.bind(pool);
    let deleted: ReturnType<typeof remove> | undefined;
    pool.note = (command) => {
      if (command === 'volume set') deleted ??= remove('one');
      note(command);
    };
    const published = await world.post('/one/publish', W1);
    const wasDeleted = (await deleted)?.status === 204;
    expect([published.status === 200, isThere()]).to.deep.equal([!wasDeleted, !wasDeleted]);
  });

  it('keep their hosting volume when it was opened and marked again before it was deleted', async () => {
    const { pool } = world.gateways;
    const note = pool.note.bind(pool);
    pool.note = (command) => {
      note(command);
      if (command !== 'volume stop') return;
      pool.note = note;
      // As two prunes and a create have it: one opened it for the new one, the other has marked it since.
      world.gateways.hosting.put(hosting, 'one', BigInt(GIB));
      const volume = pool.get(hosting);
      const record = volume.options['user.gluster-csi'] ?? '';
      const changed = record.replace(/"_generation":"(\d+)"/, '"_generation":"9$1"');
      expect(changed).to.include('closing').and.not.equal(record);
      pool.volumes.set(hosting, { ...volume, options: { ...volume.options, 'user.gluster-csi': changed } });
    };
    expect((await remove('first', '?prune=true')).status).to.equal(204);
    expect(pool.get(hosting).state).to.equal('Started');
    expect((await get('one')).status).to.equal(200);
  });

  it('keep a hosting volume with several brick sets, and are not missed while one is down', async () => {
    const { pool } = world.gateways;
    const volume = pool.get(hosting);
    const more = volume.bricks.map((brick) => ({ ...brick, path: `${brick.path}-2` }));
    pool.volumes.set(hosting, { ...volume, distributeCount: 2, bricks: [...volume.bricks, ...more] });
    for (const { peerId, path } of more.slice(0, 2)) pool.downBricks.add(`${peerId}:${path}`);
    for (const query of ['', `?hostingvolume=${hosting}`]) {
      const answer = await remove('none', query);
      expect([answer.status, faultOf(answer)]).to.deep.equal([503, 'unreachable']);
    }
    pool.downBricks.clear();
    expect((await remove('none')).status).to.equal(404);
    expect((await remove('first', '?prune=true')).status).to.equal(204);
    expect(pool.get(hosting).state).to.equal('Started');
  });
});
