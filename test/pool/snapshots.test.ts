import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { snapGroup, snapInfo } from '../../src/glusterd2/snapshot-wire.ts';
import { volumeInfo } from '../../src/glusterd2/wire.ts';
import { timed } from '../bench/figures.ts';
import { Lab, labName } from './lab/lab.ts';
import { until } from './lab/until.ts';
import { entriesToHeal } from './lab/until-healed.ts';
import { differences, filesIn } from './snapshots/bricks-alike.ts';
import { checkWithoutEach } from './snapshots/one-brick-out.ts';
import { describeRounds, type Round } from './snapshots/rounds.ts';
import { SnapshotApi } from './snapshots/snapshot-api.ts';
import { type Acknowledged, checkStorms, Storms } from './snapshots/storms.ts';

const LAYOUTS = {
  'replica 3': { replica: 3 },
  arbiter: { replica: 2, arbiter: 1 },
  disperse: { disperse: 3, 'disperse-redundancy': 1 },
  'distributed-replicate': { replica: 3, distribute: 2 },
} as const;
/** How often a snapshot is taken of each layout: what `npm run test:pool -- --repeat` was told. */
const ROUNDS = Number(process.env['GLUSTER_CSI_POOL_REPEAT'] ?? 1);
const ROUND_MS = 180_000;
const WARM_UP_MS = 1_500;
const LEAST_RECORDS = 2;
/** A record that began while bricks stood still may end, and be written down, after the reply. */
const LATE_MS = 300;

/** Writers of every kind go on while a snapshot is taken; a clone of it has all that was acknowledged before. */
describe('snapshots under load', function () {
  this.timeout(240_000 + ROUNDS * ROUND_MS);
  let lab: Lab;
  let api: SnapshotApi;
  before(async () => {
    lab = await Lab.up({ name: labName('snapshots'), workers: 1 });
    api = await SnapshotApi.on(lab);
  });
  after(async () => {
    await api?.close();
    await lab?.down();
  });

  for (const [title, layout] of Object.entries(LAYOUTS)) {
    it(`${title}: nothing acknowledged is lost, each writer's records are a prefix, bricks agree`, async () => {
      const name = `storm-${title.replaceAll(' ', '-')}`;
      await api.volume({ name, size: 1024 ** 3, ...layout });
      const mounted = await api.mount(name);
      const storms = await Storms.start(lab.worker(1), mounted);
      const rounds: Round[] = [];
      const wrong: string[] = [];
      try {
        for (let round = 1; round <= ROUNDS; round += 1) {
          const { acknowledged, times } = await takeUnder(storms, name);
          const seen = await cloneAndCheck(name, acknowledged, round === ROUNDS && title === 'disperse');
          wrong.push(...seen.wrong.map((line) => `round ${round}: ${line}`));
          rounds.push({ ...times, clone: seen.clone });
        }
        expect(storms.ended()).to.deep.equal([]);
      } finally {
        await storms.stop();
      }
      expect(wrong).to.deep.equal([]);
      await api.unmount(mounted);
      await api.delete(`/v1/volumes/${name}`);
      for (const line of describeRounds(rounds)) process.stdout.write(`      ${title}: ${line}\n`);
    });
  }

  /** Takes the snapshot `<name>-s`. Resolves with what each writer had acknowledged before. */
  async function takeUnder(storms: Storms, name: string) {
    const begun = Date.now();
    await sleep(WARM_UP_MS);
    await until('every writer is under way', async () => {
      const all = Object.values(await storms.acknowledged());
      return Math.min(...all) > LEAST_RECORDS;
    });
    const acknowledged = await storms.acknowledged();
    const numbers = Object.values(acknowledged);
    const since = Date.now();
    const snapshot = await timed(() =>
      api.post('/v1/snapshots', { volname: name, snapname: `${name}-s` }, snapInfo),
    );
    await sleep(LATE_MS);
    const times = {
      snapshot,
      stall: await storms.longestStallMs(since, Date.now()),
      stallBefore: await storms.longestStallMs(begun, since),
      acknowledged: numbers.reduce((sum, number) => sum + number, 0),
    };
    return { acknowledged, times };
  }

  /** Clones that snapshot, looks at the clone and deletes both. Resolves with what is wrong, and when it was ready. */
  async function cloneAndCheck(name: string, acknowledged: Acknowledged, alsoWithoutEach: boolean) {
    const begun = performance.now();
    const clone = await api.retried(() =>
      api.post(`/v1/snapshots/${name}-s/clone`, { clonename: `${name}-c` }, volumeInfo),
    );
    const ready = performance.now() - begun;
    const wrong: string[] = [];
    const bricks = clone.subvols.flatMap((subvol) => subvol.bricks);
    const toHeal = await askAll(clone.name, bricks.length);
    if (toHeal.some((count) => count > 0)) wrong.push(`handed out with ${toHeal.join(', ')} entries to heal`);
    for (const subvol of clone.subvols) {
      wrong.push(...(await differences(lab, subvol)));
      expect(await filesIn(lab, subvol, 'alternating-*'), 'the writer alternates between sets').to.not.be
        .empty;
    }
    const at = await api.mount(clone.name);
    wrong.push(...(await checkStorms(lab.worker(1), at, acknowledged)));
    await api.unmount(at);
    if (alsoWithoutEach) wrong.push(...(await checkWithoutEach(lab, api, clone, acknowledged)));
    await api.delete(`/v1/volumes/${clone.name}`);
    await api.delete(`/v1/snapshots/${name}-s`);
    return { wrong, clone: ready };
  }

  /** A brick that fetches its options anew may refuse for a moment, and says nothing of entries then. */
  async function askAll(volume: string, bricks: number): Promise<readonly number[]> {
    let entries: readonly number[] = [];
    await until(`all bricks of ${volume} can be asked`, async () => {
      entries = await entriesToHeal(lab.server(1), volume);
      return entries.length === bricks;
    });
    return entries;
  }

  it('has changes noted while a snapshot is taken, and no longer; its clone too', async () => {
    const option = 'cluster.optimistic-change-log';
    const noted = {
      [option]: 'on',
      'user.gluster-csi-noting': 'none',
      'cluster.favorite-child-policy': 'ctime',
    };
    const optionsOf = async (name: string) => (await api.get(`/v1/volumes/${name}`, volumeInfo)).options;
    await api.volume({ name: 'noted', size: 400 * 1024 ** 2, replica: 3 });
    expect(await optionsOf('noted')).to.not.have.any.keys(...Object.keys(noted));
    const mounted = await api.mount('noted');
    await api.post('/v1/snapshots', { volname: 'noted', snapname: 'noted-s' }, snapInfo);
    expect(await optionsOf('noted')).to.include(noted);
    const copy = await api.retried(() =>
      api.post('/v1/snapshots/noted-s/clone', { clonename: 'noted-c' }, volumeInfo),
    );
    expect(copy.options).to.not.have.any.keys(option, 'user.gluster-csi-noting');
    await api.unmount(mounted);
    for (const name of ['noted-c', 'noted']) await api.delete(`/v1/volumes/${name}`);
    await api.delete('/v1/snapshots/noted-s');
  });

  it('takes all members of a group in the same moment', async () => {
    for (const name of ['group-a', 'group-b']) await api.volume({ name, size: 400 * 1024 ** 2, replica: 3 });
    const members = ['group-a', 'group-b'].map((volname) => ({ volname, snapname: `${volname}-s` }));
    const made = await api.post('/v1/snapshot-groups', { name: 'group', members }, snapGroup);
    const again = await api.post('/v1/snapshot-groups', { name: 'group', members }, snapGroup);
    expect(again).to.deep.equal(made);
    expect(new Set(made.members.map((member) => member['created-at'])).size).to.equal(1);
    await api.delete('/v1/snapshot-groups/group');
    for (const name of ['group-a', 'group-b']) await api.delete(`/v1/volumes/${name}`);
  });
});
