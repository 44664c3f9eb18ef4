import { expect } from 'chai';
import { Fault } from '../../src/control/fault.ts';
import { BlockWorld, GIB } from './block-world.ts';

const SNAPSHOTS = '/v1/blocksnapshots/virtblock';
const COPY = '.gluster-csi/snapshots/s1/disk';

describe('snapshots of block volumes that are not finished', () => {
  let world: BlockWorld;
  let hosting: string;
  let bricks: readonly string[];
  beforeEach(async () => {
    world = await BlockWorld.start();
    hosting = (await world.create('one', { hostvolsize: 8 * GIB })).json.hostingvolume;
    bricks = world.hostingOf()?.bricks.map(({ path }) => path) ?? [];
    for (const brick of bricks) files().write(at(brick, 'one/disk'), 3, 'three');
  });
  afterEach(() => world.stop());

  const files = () => world.gateways.hosting.files;
  const at = (brick: string, path: string) => ({ volume: hosting, brick, path });
  const contents = () => bricks.map((brick) => Object.fromEntries(files().blocksOf(at(brick, COPY))));
  const take = async (gateway = 0) => {
    const body = { name: 's1', volume: 'one' };
    const { status, json } = await world.gateways.request('POST', SNAPSHOTS, { body, gateway });
    return status === 201 ? json.ready : json.errors[0].fields.fault;
  };
  const isReady = async () => (await world.gateways.request('GET', `${SNAPSHOTS}/s1`)).json.ready;
  const dieAt = (step: string, how: () => void = () => undefined) => {
    let died = false;
    files().before = (now) => {
      if (now !== step || died) return;
      died = true;
      how();
      throw new Fault('unreachable', 'died');
    };
  };
  const blame = (...blaming: readonly (string | undefined)[]) => {
    const file = files().get(at('', COPY));
    file.blaming.clear();
    for (const brick of blaming) file.blaming.add(brick ?? '');
  };

  it('do not take up the zeros of a brick that lost its copy and is blamed, before or between', async () => {
    const [chosen = '', second, third] = bricks;
    dieAt('digest');
    expect(await take()).to.equal('uncertain');
    files().get(at(chosen, COPY)).blocks.delete(chosen);
    blame(second, third);
    for (const gateway of [0, 1]) expect(await take(gateway)).to.equal('busy');
    blame();
    // It is blamed once the bricks were compared, as late as can be.
    let digests = 0;
    files().before = (step) => {
      if (step === 'digest' && ++digests === bricks.length) blame(second, third);
    };
    expect(await take()).to.equal('busy');
    files().before = () => undefined;
    expect(digests).to.equal(bricks.length);
    expect(contents()).to.deep.equal([{}, { 3: 'three' }, { 3: 'three' }]);
    expect(await isReady()).to.equal(false);
    // Healed.
    files().write(at(chosen, COPY), 3, 'three');
    blame();
    expect(await take()).to.equal(true);
    expect(contents()).to.deep.equal(bricks.map(() => ({ 3: 'three' })));
  });

  for (const [what, breakIt] of [
    ['the work ends', () => dieAt('spread')],
    ['a brick is blamed', () => spreadAndThen(() => blame(bricks[1]))],
    [
      'a brick is started anew',
      () => spreadAndThen(() => world.gateways.pool.restarts.set(bricks[0] ?? '', 1)),
    ],
  ] as const) {
    it(`are taken anew when ${what} while their copies are written`, async () => {
      const [chosen = '', second = ''] = bricks;
      files().write(at(second, 'one/disk'), 9, 'not on the others');
      breakIt();
      expect(await take()).to.be.oneOf(['uncertain', 'busy']);
      expect(await isReady()).to.equal(false);
      files().before = () => undefined;
      // Healed, from a brick of another moment.
      blame();
      files().write(at(chosen, COPY), 3, 'of another moment');
      expect(await take(1)).to.equal(true);
      expect(contents()).to.deep.equal(bricks.map(() => ({ 3: 'three' })));
    });
  }

  /** While the copies are written. */
  function spreadAndThen(act: () => void): void {
    files().before = (step) => {
      if (step === 'spread') act();
    };
  }
});
