import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { imageBytes } from '../../src/gateway/bricks/image-size.ts';
import type { RestClient } from '../../src/glusterd2/http.ts';
import { snapInfo } from '../../src/glusterd2/snapshot-wire.ts';
import { type VolumeInfo, volumeInfo } from '../../src/glusterd2/wire.ts';
import type { Lab } from './lab/lab.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';
import { differences } from './snapshots/bricks-alike.ts';
import { SnapshotApi } from './snapshots/snapshot-api.ts';

const MIB = 1024 ** 2;
/** When the resize begins, in milliseconds after the request for the snapshot. */
const HEAD_STARTS = [-300, 0, 400, 1_500];

/** Volumes that are grown, rebalanced or healed while snapshots of them are taken. */
describe('snapshots of volumes that change', function () {
  this.timeout(300_000);
  let lab: Lab;
  let api: SnapshotApi;
  let clients: readonly RestClient[];
  before(async () => {
    const deployment = await sharedDeployment();
    lab = deployment.lab;
    api = await SnapshotApi.of(deployment);
    clients = await Promise.all([1, 2, 3].map((server) => api.gateways.restClient(server)));
  });

  const shell = (script: string) => lab.worker(1).must(['sh', '-c', script], { timeoutMs: 60_000 });
  const take = (volname: string, snapname: string, client?: RestClient) =>
    api.post('/v1/snapshots', { volname, snapname }, snapInfo, client);
  const clone = (snapname: string, clonename: string) =>
    api.retried(() => api.post(`/v1/snapshots/${snapname}/clone`, { clonename }, volumeInfo));

  /** Sizes of all image files of a snapshot, as they are on the servers' disks. */
  async function imagesOf(snapshot: string): Promise<readonly bigint[]> {
    const found = lab.servers.map(({ machine }) =>
      machine.must(['sh', '-c', `stat -c %s /srv/gluster/disk1/snapshots/${snapshot}.*/image.xfs`]),
    );
    return (await Promise.all(found)).flatMap((text) => text.trim().split('\n').map(BigInt));
  }

  it('resized by another gateway at the same time: each has one size, in what it tells and in all its images', async () => {
    await api.volume({ name: 'growing', size: 400 * MIB, replica: 3 });
    const seen: string[] = [];
    for (const [round, headStart] of HEAD_STARTS.entries()) {
      const before = (400 + round * 64) * MIB;
      const after = before + 64 * MIB;
      const name = `growing-${round}`;
      const taken = sleep(Math.max(0, -headStart)).then(() => api.retried(() => take('growing', name)));
      const grown = sleep(Math.max(0, headStart)).then(() =>
        api.retried(() => api.post('/v1/volumes/growing/resize', { size: after }, volumeInfo, clients[1])),
      );
      const [{ capacity = 0n }, volume] = await Promise.all([taken, grown]);
      expect(volume.capacity).to.equal(BigInt(after));
      expect([before, after]).to.include(Number(capacity));
      expect(await imagesOf(name)).to.deep.equal(Array(3).fill(imageBytes(BigInt(capacity))));
      seen.push(Number(capacity) === before ? 'before' : 'after');
    }
    process.stdout.write(`      sizes of snapshots taken while a volume grew: ${seen.join(', ')}\n`);
    for (const round of [0, HEAD_STARTS.length - 1]) {
      const { capacity } = await clone(`growing-${round}`, 'grown');
      const at = await api.mount('grown');
      const bytes = Number(await shell(`df --output=size -B1 ${at} | tail -1`));
      expect(bytes).to.be.within(Number(capacity), Number(capacity) + 64 * MIB);
      await api.unmount(at);
      await api.delete('/v1/volumes/grown');
    }
    for (const round of HEAD_STARTS.keys()) await api.delete(`/v1/snapshots/growing-${round}`);
    await api.delete('/v1/volumes/growing');
  });

  /** Lines that a command prints in the brick directories of a volume, all servers together. */
  async function inBricks({ subvols }: VolumeInfo, script: string): Promise<readonly string[]> {
    const bricks = subvols.flatMap((subvol) => subvol.bricks);
    const said = await Promise.all(
      bricks.map(({ host, path }) =>
        lab.server(Number(host.slice(1))).machine.must(['sh', '-c', `cd ${path} && ${script}`]),
      ),
    );
    return said.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  }

  it('whose files are moved: refused with the remedy until the last one is whole, then all are there once', async () => {
    const name = 'moving';
    await api.volume({ name, size: 800 * MIB, replica: 3, distribute: 2 });
    const volume = await api.get(`/v1/volumes/${name}`, volumeInfo);
    const mounted = await api.mount(name);
    // Renamed, so that many lie in another set than their names say.
    await shell(`cd ${mounted} && for n in $(seq 30); do echo $n > old-$n && mv old-$n new-$n; done
      for n in 1 2 3 4; do head -c ${40 * MIB} /dev/urandom > old && mv old large-$n; done
      sync && md5sum * > /run/moving.sums`);
    await lab.server(1).mustGluster(['volume', 'rebalance', name, 'start', 'force']);
    const refusal = () => take(name, `${name}-s`).then(() => 'taken', String);
    expect(await refusal()).to.match(
      /a rebalance of volume moving is under way.*wait for its end or stop it/,
    );
    const onTheWay = () => inBricks(volume, "find . -maxdepth 1 -type f -perm -3000 -name 'large-*'");
    await until('a file is on its way', async () => (await onTheWay()).length > 0);
    await lab.server(1).gluster(['volume', 'rebalance', name, 'stop']);
    const refusals: string[] = [];
    await until('the snapshot is taken', async () => {
      const said = await refusal();
      if (said !== 'taken') refusals.push(said);
      return said === 'taken';
    });
    expect(refusals.filter((said) => !said.includes('is under way'))).to.deep.equal([]);
    const copy = await clone(`${name}-s`, `${name}-c`);
    expect(await inBricks(copy, 'find . -type f -perm -3000')).to.deep.equal([]);
    const at = await api.mount(copy.name);
    expect((await shell(`cd ${at} && ls | wc -l && ls | uniq -d`)).trim()).to.equal('34');
    await shell(
      `cd ${at} && md5sum --quiet --check /run/moving.sums && for f in *; do echo more >> $f; done`,
    );
    expect((await shell(`find ${at} -perm -1000`)).trim()).to.equal('');
    process.stdout.write(`      refused ${refusals.length} times after the rebalance was stopped\n`);
    for (const path of [at, mounted]) await api.unmount(path);
    for (const one of [copy.name, name]) await api.delete(`/v1/volumes/${one}`);
    await api.delete(`/v1/snapshots/${name}-s`);
  });

  it('in the middle of a heal that has taken a directory away and not put it anywhere yet: the clone heals', async () => {
    const name = 'halfway';
    await api.volume({ name, size: 300 * MIB, replica: 3 });
    const volume = await api.get(`/v1/volumes/${name}`, volumeInfo);
    const victim = volume.subvols[0]?.bricks[0]?.host ?? '';
    const server = lab.server(Number(victim.slice(1)));
    const set = (option: string, value: string) => server.mustGluster(['volume', 'set', name, option, value]);
    const mounted = await api.mount(name);
    await shell(
      `cd ${mounted} && mkdir -p from/moved/below to && echo kept | tee from/moved/file from/moved/below/file`,
    );
    await set('cluster.self-heal-daemon', 'off');
    await set('cluster.entry-self-heal', 'on');
    await server.machine.must(['pkill', '-KILL', '-f', '--', `[-]s ${victim} --volfile-id ${name}`]);
    await shell(`cd ${mounted} && mv from/moved to && echo new > to/moved/new && rm to/moved/file`);
    await server.mustGluster(['volume', 'start', name, 'force']);
    // A client that looks into the one directory has it healed, and the other not.
    const held = () => inBricks(volume, 'ls -d .glusterfs-anonymous-inode-*/* 2>/dev/null || true');
    await until('the directory is between two places', async () => {
      const other = await api.mount(name, 'looking');
      await shell(`ls ${other}/from`);
      await api.unmount(other);
      return (await held()).length > 0;
    });
    await api.retried(() => take(name, `${name}-s`));
    const copy = await clone(`${name}-s`, `${name}-c`);
    for (const subvol of copy.subvols) expect(await differences(lab, subvol)).to.deep.equal([]);
    expect(await inBricks(copy, 'cat to/moved/below/file to/moved/new')).to.deep.equal(
      Array(3).fill(['kept', 'new']).flat(),
    );
    const id = (await held())[0]?.split('/')[0];
    expect(await inBricks(copy, `ls -d ${id} 2>/dev/null || true`), 'the source’s').to.deep.equal([]);
    await api.unmount(mounted);
    for (const one of [copy.name, name]) await api.delete(`/v1/volumes/${one}`);
    await api.delete(`/v1/snapshots/${name}-s`);
  });
});
