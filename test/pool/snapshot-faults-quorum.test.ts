import { expect } from 'chai';
import { snapInfo } from '../../src/glusterd2/snapshot-wire.ts';
import { type VolumeInfo, volumeInfo } from '../../src/glusterd2/wire.ts';
import { Lab, labName } from './lab/lab.ts';
import { untilWhole } from './lab/trusted-pool.ts';
import { until } from './lab/until.ts';
import { differences } from './snapshots/bricks-alike.ts';
import { SnapshotApi } from './snapshots/snapshot-api.ts';
import { checkStorms, Storms } from './snapshots/storms.ts';

const SIZE = 1024 ** 3;
const LAST = 2;
/** Which brick's server is down: its number in the set. */
const CASES = {
  'replica 3': { shape: { replica: 3 }, down: 0 },
  'arbiter, a data brick down': { shape: { replica: 2, arbiter: 1 }, down: 1 },
  'arbiter, the arbiter down': { shape: { replica: 2, arbiter: 1 }, down: LAST },
} as const;

/** A server is down while a snapshot is taken of what goes on being written. */
describe('snapshots without one server', function () {
  this.timeout(400_000);
  let lab: Lab;
  let api: SnapshotApi;
  before(async () => {
    lab = await Lab.up({ name: labName('quorum'), workers: 1 });
    api = await SnapshotApi.on(lab);
  });
  after(async () => {
    await api?.close();
    await lab?.down();
  });

  const serverOf = (volume: VolumeInfo, brick: number) =>
    Number(volume.subvols[0]?.bricks[brick]?.host.slice(1));

  async function makeVolume(name: string, shape: Readonly<Record<string, number>>): Promise<VolumeInfo> {
    await api.volume({ name, size: SIZE, ...shape });
    return api.get(`/v1/volumes/${name}`, volumeInfo);
  }

  async function untilWritersGoOn(storms: Storms): Promise<void> {
    const before = await storms.acknowledged();
    await until(
      'every writer goes on',
      async () => {
        const now = await storms.acknowledged();
        return Object.entries(now).every(
          ([kind, number]) => number > before[kind as keyof typeof before] + 3,
        );
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
  }

  for (const [title, { shape, down }] of Object.entries(CASES)) {
    it(`${title}: a clone has all that was acknowledged, and is healed onto all bricks`, async () => {
      const name = `down-${title.replaceAll(/\W+/g, '-')}`;
      const victim = serverOf(await makeVolume(name, shape), down);
      const other = victim === 1 ? 2 : 1;
      await api.through(other);
      const mounted = await api.mount(name);
      const storms = await Storms.start(lab.worker(1), mounted);
      try {
        await untilWritersGoOn(storms);
        await lab.server(victim).powerCut();
        await untilWritersGoOn(storms);
        const acknowledged = await storms.acknowledged();
        const taken = await api.retried(() =>
          api.post('/v1/snapshots', { volname: name, snapname: `${name}-s` }, snapInfo),
        );
        expect(taken.ready).to.equal(false);
        expect(storms.ended()).to.deep.equal([]);
        // A brick that comes back in the middle of renames has given a client EIO on the source (10.3).
        await storms.stop();
        const refused = await api
          .post(`/v1/snapshots/${name}-s/clone`, { clonename: `${name}-c` }, volumeInfo)
          .then(() => 'a clone was made without a server that it needs', String);
        expect(refused).to.match(new RegExp(`do not answer: g${victim};`));

        await api.gateways.bootServer(victim);
        for (const server of lab.servers) await untilWhole(server, 3);
        const clone = await api.retried(() =>
          api.post(`/v1/snapshots/${name}-s/clone`, { clonename: `${name}-c` }, volumeInfo),
        );
        const at = await api.mount(clone.name);
        expect(await checkStorms(lab.worker(1), at, acknowledged)).to.deep.equal([]);
        await api.expectHealed(clone.name);
        for (const subvol of clone.subvols) expect(await differences(lab, subvol)).to.deep.equal([]);
        await api.unmount(at);
        await api.delete(`/v1/volumes/${clone.name}`);
        await api.delete(`/v1/snapshots/${name}-s`);
      } finally {
        await api.through(1);
      }
      await api.expectHealed(name);
      await api.unmount(mounted);
      await api.delete(`/v1/volumes/${name}`);
    });
  }

  for (const [title, shape, downs] of [
    ['disperse: no fragment to spare', { disperse: 3, 'disperse-redundancy': 1 }, [1]],
    ['replica 3: one brick alone', { replica: 3 }, [1, 2]],
  ] as const) {
    it(`${title}: refused, naming what is down, with nothing left`, async () => {
      const name = `refused-${title.replaceAll(/\W+/g, '-')}`;
      const volume = await makeVolume(name, shape);
      const bricks = downs.map((brick) => volume.subvols[0]?.bricks[brick]);
      for (const brick of bricks)
        await lab
          .server(Number(brick?.host.slice(1)))
          .machine.must(['pkill', '-KILL', '-f', '--', `[-]s ${brick?.host} --volfile-id ${name}`]);
      await untilDown(name, bricks.length);
      const said = await refusalOf(name);
      for (const brick of bricks) expect(said).to.contain(`${brick?.host}:${brick?.path}`);
      for (const { machine } of lab.servers)
        expect(await machine.must(['sh', '-c', 'ls /srv/gluster/disk1/snapshots'])).to.equal('');
      await api.delete(`/v1/volumes/${name}`);
    });
  }

  /** glusterd takes a moment to see that bricks have gone. */
  async function untilDown(volume: string, bricks: number): Promise<void> {
    await until(
      `${bricks} bricks are seen to be down`,
      async () => {
        const { stdout } = await lab.server(1).gluster(['volume', 'status', volume, 'detail']);
        return (stdout.match(/^Online\s*:\s*N/gm) ?? []).length === bricks;
      },
      { everyMs: 200 },
    );
  }

  async function refusalOf(volname: string): Promise<string> {
    const asked = api.post('/v1/snapshots', { volname, snapname: `${volname}-s` }, snapInfo);
    return asked.then(() => 'a snapshot was taken without its bricks', String);
  }
});
