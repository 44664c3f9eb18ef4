import { expect } from 'chai';
import { snapGroup, snapInfo } from '../../src/glusterd2/snapshot-wire.ts';
import { volumeInfo } from '../../src/glusterd2/wire.ts';
import { Lab } from './lab/lab.ts';
import { differences } from './snapshots/bricks-alike.ts';
import { SnapshotApi } from './snapshots/snapshot-api.ts';
import { checkStorms, Storms } from './snapshots/storms.ts';

const LAYOUTS = {
  'replica 3': { replica: 3 },
  arbiter: { replica: 2, arbiter: 1 },
  disperse: { disperse: 3, 'disperse-redundancy': 1 },
  'distributed-replicate': { replica: 3, distribute: 2 },
} as const;
/** `SNAPSHOT_REPEAT=10`: as often for each layout. */
const ROUNDS = Number(process.env['SNAPSHOT_REPEAT'] ?? 1);
const WARM_UP_MS = 1_500;

/** Writers of every kind go on while a snapshot is taken; a clone of it has all that was acknowledged before. */
describe('snapshots under load', function () {
  this.timeout(600_000);
  let lab: Lab;
  let api: SnapshotApi;
  before(async () => {
    lab = await Lab.up({ workers: 1 });
    api = await SnapshotApi.on(lab);
  });
  after(async () => {
    await api?.close();
    await lab?.down();
  });

  for (const [title, layout] of Object.entries(LAYOUTS)) {
    it(`${title}: nothing acknowledged is lost, each writer's records are a prefix, bricks agree`, async () => {
      const worker = lab.worker(1);
      const name = `storm-${title.replaceAll(' ', '-')}`;
      await api.volume({ name, size: 1024 ** 3, ...layout, snapshot: true });
      const mounted = await api.mount(name);
      const storms = await Storms.start(worker, mounted);
      const stalls: number[] = [];
      try {
        for (let round = 1; round <= ROUNDS; round += 1) {
          await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
          const acknowledged = await storms.acknowledged();
          expect(Math.min(...Object.values(acknowledged)), 'every writer is under way').to.be.greaterThan(2);
          const since = Date.now();
          await api.post('/v1/snapshots', { volname: name, snapname: `${name}-s` }, snapInfo);
          stalls.push(await storms.longestStallMs(since));
          const clone = await api.retried(() =>
            api.post(`/v1/snapshots/${name}-s/clone`, { clonename: `${name}-c` }, volumeInfo),
          );
          const at = await api.mount(clone.name);
          expect(await checkStorms(worker, at, acknowledged), `round ${round} of ${title}`).to.deep.equal([]);
          await api.expectHealed(clone.name);
          for (const subvol of clone.subvols) {
            if (subvol.type !== 'Replicate') continue;
            const isArbiter = subvol['arbiter-count'] > 0;
            expect(await differences(lab, subvol.bricks, !isArbiter), `round ${round}`).to.deep.equal([]);
          }
          await api.unmount(at);
          await api.delete(`/v1/volumes/${clone.name}`);
          await api.delete(`/v1/snapshots/${name}-s`);
        }
        expect(storms.ended()).to.deep.equal([]);
      } finally {
        await storms.stop();
      }
      await api.unmount(mounted);
      await api.delete(`/v1/volumes/${name}`);
      const sorted = stalls.toSorted((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)];
      process.stdout.write(`    ${title}: longest stall ${median} ms median, ${sorted.at(-1)} ms at most\n`);
    });
  }

  it('takes all members of a group in the same moment', async () => {
    for (const name of ['group-a', 'group-b'])
      await api.volume({ name, size: 400 * 1024 ** 2, replica: 3, snapshot: true });
    const members = ['group-a', 'group-b'].map((volname) => ({ volname, snapname: `${volname}-s` }));
    const made = await api.post('/v1/snapshot-groups', { name: 'group', members }, snapGroup);
    const again = await api.post('/v1/snapshot-groups', { name: 'group', members }, snapGroup);
    expect(again).to.deep.equal(made);
    expect(new Set(made.members.map((member) => member['created-at'])).size).to.equal(1);
    await api.delete('/v1/snapshot-groups/group');
    for (const name of ['group-a', 'group-b']) await api.delete(`/v1/volumes/${name}`);
  });
});
