import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import * as z from 'zod';
import { createClient, type RestClient } from '../../src/glusterd2/http.ts';
import { keyFile } from '../../src/glusterd2/key-file.ts';
import { snapInfo, snapList } from '../../src/glusterd2/snapshot-wire.ts';
import { peerList, volumeInfo } from '../../src/glusterd2/wire.ts';
import { Lab, labName } from './lab/lab.ts';
import { until } from './lab/until.ts';
import { SnapshotApi } from './snapshots/snapshot-api.ts';

const VOLUME = 'faulty';
/** Longer than bricks stand still for a snapshot that nothing holds up, shorter than the watchdog lets them. */
const HOLD_MS = 1_500;
const VOLUMES = 10;
const SNAPSHOTS = 20;
const STAGGER_MS = { create: 40, clone: 200, delete: 30 };

/** What dies, is down or heals while a snapshot is taken: nothing stays frozen, nothing is left, the retry succeeds. */
describe('snapshots and faults', function () {
  this.timeout(400_000);
  let lab: Lab;
  let api: SnapshotApi;
  let mounted: string;
  before(async () => {
    lab = await Lab.up({ name: labName('faults'), workers: 1 });
    api = await SnapshotApi.on(lab);
    await api.volume({ name: VOLUME, size: 600 * 1024 ** 2, replica: 3 });
    mounted = await api.mount(VOLUME);
  });
  after(async () => {
    await api?.close();
    await lab?.down();
  });

  const shell = (script: string) => lab.worker(1).must(['sh', '-c', script], { timeoutMs: 60_000 });
  const onServer = (server: number, script: string) =>
    lab.server(server).machine.must(['sh', '-c', script], { timeoutMs: 30_000 });
  const take = (snapname: string) => api.post('/v1/snapshots', { volname: VOLUME, snapname }, snapInfo);
  const clone = (snapname: string, clonename: string) =>
    api.post(`/v1/snapshots/${snapname}/clone`, { clonename }, volumeInfo);

  /** Freezes the bricks of one server as a coordinator does that is never heard of again. */
  async function freezeOn(server: number): Promise<void> {
    const peers = await api.get('/v1/peers', peerList);
    const peerId = peers.find(({ name }) => name === `g${server}`)?.id ?? '';
    const volume = await api.get(`/v1/volumes/${VOLUME}`, volumeInfo);
    const brick = (volume.subvols[0]?.bricks ?? []).findIndex((one) => one['peer-id'] === peerId);
    const token = `${peerId}:${randomUUID()}:${randomUUID()}`;
    const facts = {
      snapshot: 'orphan',
      volume: VOLUME,
      volumeId: volume.id,
      capacity: String(600 * 1024 ** 2),
      counts: { replica: 3, arbiter: 0, disperse: 0, redundancy: 0, subvols: 1 },
      options: {},
      metadata: {},
      description: '',
      members: [{ subvol: 0, brick, peerId, isPresent: true }],
    };
    const client = await peerClient(server);
    try {
      const tell = (path: string, body: unknown) =>
        client.request(
          { method: 'POST', path: `/internal/v1/snapshots/${path}`, body, reply: z.unknown(), subject: path },
          { id: 'test', signal: AbortSignal.timeout(30_000) },
        );
      await tell('prepare', { token, snapshots: [{ facts, bricks: [{ subvol: 0, brick }] }] });
      await tell('freeze', { token, seconds: 4 });
    } finally {
      await client.close();
    }
  }

  async function peerClient(server: number): Promise<RestClient> {
    return createClient({
      baseUrls: [await api.gateways.urlFromHere(server)],
      issuer: 'gateways',
      key: keyFile(`${lab.folder}/config/peers.key`),
      ca: api.gateways.authority.caFile,
      timeoutMs: 30_000,
    });
  }

  /** Writing to a brick's file system waits for as long as it stands still. */
  const writeToBrick = (server: number) =>
    onServer(
      server,
      `for fs in /srv/gluster/disk1/bricks/${VOLUME}.*/fs; do touch $fs/probe && rm $fs/probe; done`,
    );

  async function expectNoSnapshots(): Promise<void> {
    await until(
      'nothing is left of any snapshot',
      async () => {
        const left = await Promise.all(
          [1, 2, 3].map((server) =>
            onServer(
              server,
              'ls /srv/gluster/*/snapshots /srv/gluster/*/making | grep -v : | grep . || true',
            ),
          ),
        );
        return left.every((text) => text.trim() === '');
      },
      { timeoutMs: 60_000, everyMs: 500 },
    );
  }

  it('a gateway killed while bricks stand still: they are thawed within 5 s, and nothing is left', async () => {
    await freezeOn(2);
    const before = performance.now();
    // In none of the gateway's cgroups: what ends those does not end the watchdog.
    const groups = (await onServer(2, 'cat /proc/$(pgrep -x freeze)/cgroup')).trim().split('\n');
    expect(groups.filter((line) => !line.endsWith('/gluster-csi/freeze'))).to.deep.equal([]);
    await api.gateways.service(2).kill();
    await writeToBrick(2);
    expect(performance.now() - before).to.be.lessThan(5_000);
    await api.gateways.service(2).start();
    await expectNoSnapshots();
  });

  it('a gateway that starts again thaws at once what its former life froze', async () => {
    await freezeOn(2);
    const watchdog = onServer(2, 'pkill -KILL -x freeze || true; sleep 0.2; ! pgrep -x freeze');
    await watchdog;
    await api.gateways.service(2).kill();
    await api.gateways.service(2).start();
    await writeToBrick(2);
    await expectNoSnapshots();
  });

  it('a server whose power fails while all bricks stand still: no snapshot, the others go on, the retry takes it', async () => {
    await until('a snapshot is caught while bricks stand still', cutMeanwhile, { timeoutMs: 120_000 });
    for (const server of [1, 2]) await writeToBrick(server);
    await shell(`echo written > ${mounted}/while-down`);
    await api.gateways.bootServer(3);
    await writeToBrick(3);
    await expectNoSnapshots();
    await api.expectHealed(VOLUME);
    await api.retried(() => take('after'));
    await api.delete('/v1/snapshots/after');
    await expectNoSnapshots();
  });

  /** Takes a snapshot and cuts the power of server 3 in the middle. False when that was already over. */
  async function cutMeanwhile(): Promise<boolean> {
    const said = take('cut').then(() => 'taken', String);
    await onServer(3, 'until pgrep -x freeze > /dev/null; do sleep 0.01; done');
    // It can neither say that its bricks stand still nor take them: the others wait.
    const other = api.gateways.service(2);
    other.pause();
    await sleep(HOLD_MS);
    const isFrozen = (await lab.server(3).machine.exec(['pgrep', '-x', 'freeze'])).exitCode === 0;
    if (isFrozen) {
      // A kernel that dies forgets what stood still; the lab's goes on, and would keep it for ever.
      await onServer(3, '/usr/libexec/gluster-csi/freeze 0 /srv/gluster/disk1/bricks/*/fs');
      await lab.server(3).powerCut();
    }
    other.resume();
    if (isFrozen) expect(await said).to.not.equal('taken');
    else if ((await said) === 'taken') await api.delete('/v1/snapshots/cut');
    return isFrozen;
  }

  for (const victim of [1, 2]) {
    it(`kill -9 of ${victim === 1 ? 'the coordinating' : 'another'} gateway at many moments: the retries end as they should`, async () => {
      const acts = [
        ['create', () => take('s')],
        ['clone', () => clone('s', 'copy')],
        ['delete', () => api.delete('/v1/snapshots/s')],
      ] as const;
      for (const [name, act] of acts) {
        for (let part = 1; part <= 5; part += 1) {
          const ended = act().catch(() => undefined);
          await sleep(STAGGER_MS[name] * part * part);
          await api.gateways.service(victim).kill();
          await api.gateways.service(victim).start();
          await ended;
        }
        if (name !== 'delete') await api.retried<unknown>(act);
        for (const server of [1, 2, 3]) await writeToBrick(server);
      }
      const at = await api.mount('copy');
      expect((await shell(`cat ${at}/while-down`)).trim()).to.equal('written');
      await api.unmount(at);
      await api.delete('/v1/volumes/copy');
      const listed = await api.get('/v1/snapshots', snapList);
      if (listed.length > 0) await api.delete('/v1/snapshots/s');
      await expectNoSnapshots();
    });
  }

  it('overwritten while a brick was down and not yet healed: no brick of the clone serves the old content', async () => {
    await shell(`dd if=/dev/zero of=${mounted}/over bs=1M count=8 conv=fsync 2>/dev/null`);
    await lab.server(1).mustGluster(['volume', 'set', VOLUME, 'cluster.self-heal-daemon', 'off']);
    await onServer(3, `pkill -KILL -f -- '[-]s g3 --volfile-id ${VOLUME}'`);
    await sleep(500);
    await shell(
      `tr '\\0' 'x' < /dev/zero | dd of=${mounted}/over bs=1M count=8 iflag=fullblock conv=notrunc,fsync 2>/dev/null`,
    );
    await lab.server(1).mustGluster(['volume', 'start', VOLUME, 'force']);
    await until('the brick is served', async () => {
      const status = await lab.server(1).mustGluster(['volume', 'status', VOLUME]);
      return /g3:\S+\s*\S*\s+\d+\s+\d+\s+Y|g3:[\s\S]*?\sY\s/.test(status);
    });
    await api.retried(() => take('pending'));
    const copy = await api.retried(() => clone('pending', 'from-pending'));
    const sums = await Promise.all(
      (copy.subvols[0]?.bricks ?? []).map(({ host, path }) =>
        onServer(Number(host.slice(1)), `md5sum < ${path}/over`),
      ),
    );
    expect(new Set(sums).size).to.equal(1);
    const expected = await shell(`tr '\\0' 'x' < /dev/zero | head -c 8388608 | md5sum`);
    expect(sums[0]).to.equal(expected);
    expect(copy.options['cluster.self-heal-daemon']).to.equal('off');
    await api.delete('/v1/volumes/from-pending');
    await api.delete('/v1/snapshots/pending');
    await lab.server(1).mustGluster(['volume', 'set', VOLUME, 'cluster.self-heal-daemon', 'on']);
    await expectNoSnapshots();
  });

  // The last: what it makes goes with the lab.
  it('20 of 10 volumes at once, asked of three gateways: all are ready, nothing is frozen or left half-made', async () => {
    const clients = await Promise.all([1, 2, 3].map((server) => api.gateways.restClient(server)));
    const at = (index: number) => clients[index % clients.length];
    const names = Array.from({ length: VOLUMES }, (_, index) => `many-${index}`);
    const body = { size: 100 * 1024 ** 2, replica: 3 };
    const make = async (name: string, index: number) => {
      await api.retried(() => api.post('/v1/volumes', { name, ...body }, volumeInfo, at(index)));
      await api.retried(() => api.post(`/v1/volumes/${name}/start`, {}, volumeInfo, at(index)));
    };
    await Promise.all(names.map(make));
    const begun = performance.now();
    const taken = await Promise.all(
      Array.from({ length: SNAPSHOTS }, (_, index) => {
        const request = { volname: names[index % VOLUMES], snapname: `many-s${index}` };
        return api.retried(() => api.post('/v1/snapshots', request, snapInfo, at(index)));
      }),
    );
    process.stdout.write(`      ${SNAPSHOTS} snapshots took ${Math.round(performance.now() - begun)} ms\n`);
    expect(taken.filter(({ ready }) => !ready)).to.deep.equal([]);
    const expected = taken.map((_, index) => `many-s${index}`).sort();
    const listed = (await api.get('/v1/snapshots', snapList)).flatMap(({ snaps }) => snaps);
    expect(listed.map(({ snapinfo }) => snapinfo.name).sort()).to.deep.equal(expected);
    for (const { machine, name } of lab.servers) {
      await machine.must(['sh', '-c', 'for fs in /srv/gluster/disk1/bricks/*/fs; do touch $fs/probe; done']);
      const script = 'cd /srv/gluster/disk1 && ls making trash | grep -v : | grep . ; ls snapshots | wc -l';
      expect((await machine.must(['sh', '-c', script])).trim(), name).to.equal(String(SNAPSHOTS));
    }
  });
});
