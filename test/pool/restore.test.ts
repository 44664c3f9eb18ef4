import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import * as z from 'zod';
import { createClient } from '../../src/glusterd2/http.ts';
import { keyFile } from '../../src/glusterd2/key-file.ts';
import { snapInfo } from '../../src/glusterd2/snapshot-wire.ts';
import { peerList, volumeInfo } from '../../src/glusterd2/wire.ts';
import { Lab, labName } from './lab/lab.ts';
import { differences } from './snapshots/bricks-alike.ts';
import { SnapshotApi } from './snapshots/snapshot-api.ts';

const MIB = 1024 ** 2;
const LAYOUTS = {
  'distributed-replicate': { replica: 3, distribute: 2 },
  disperse: { disperse: 3, 'disperse-redundancy': 1 },
} as const;
const FAULTY = 'kept';
/** Kills, spread over the time that a restore takes when nothing is killed, and a little beyond. */
const KILLS = 5;
const BEYOND = 1.2;

/** A stopped volume gets the content of its snapshot, in all bricks or in none. */
describe('restore of a volume', function () {
  this.timeout(400_000);
  let lab: Lab;
  let api: SnapshotApi;
  before(async () => {
    lab = await Lab.up({ name: labName('restore'), workers: 1 });
    api = await SnapshotApi.on(lab);
  });
  after(async () => {
    await api?.close();
    await lab?.down();
  });

  const shell = (script: string) => lab.worker(1).must(['sh', '-c', script], { timeoutMs: 60_000 });
  const act = (volume: string, verb: 'start' | 'stop') =>
    api.retried(() => api.post(`/v1/volumes/${volume}/${verb}`, undefined, volumeInfo));
  const restore = (snapshot: string) => api.post(`/v1/snapshots/${snapshot}/restore`, undefined, volumeInfo);
  const take = (volname: string, snapname: string) =>
    api.retried(() => api.post('/v1/snapshots', { volname, snapname }, snapInfo));
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => 'nothing was refused',
      (error) => String(error),
    );

  /** Each brick has its record (and perhaps a next one that was never put in place), its image, its mount, nothing else. */
  async function expectOnlyBricks(): Promise<void> {
    for (const server of lab.servers) {
      const script =
        'cd /srv/gluster && find */bricks -xdev -mindepth 2 ! -name brick.json.new -printf "%f\\n" | sort -u | tr "\\n" " "';
      const names = (await server.machine.must(['sh', '-c', script])).trim();
      expect(['brick.json fs image.xfs', ''], server.name).to.include(names);
    }
  }

  for (const [title, layout] of Object.entries(LAYOUTS)) {
    it(`${title}: refused while it is written to, then the content of that moment, at today's size`, async () => {
      const name = `back-${title}`;
      await api.volume({ name, size: 400 * MIB, ...layout });
      const mounted = await api.mount(name);
      await shell(`cd ${mounted} && for n in $(seq 40); do echo then-$n > file-$n; done && sync`);
      await take(name, `${name}-s`);
      await api.post(`/v1/volumes/${name}/resize`, { size: 800 * MIB }, volumeInfo);
      await shell(
        `cd ${mounted} && for n in $(seq 1 2 40); do echo now > file-$n; done && rm file-2 && echo new > added`,
      );
      const refused = await refusal(restore(`${name}-s`));
      expect(refused).to.match(/is started; stop it, restore it, then start it/);
      expect((await shell(`cat ${mounted}/file-1 ${mounted}/added`)).trim()).to.equal('now\nnew');
      await api.unmount(mounted);
      for (const _again of [1, 2]) {
        await act(name, 'stop');
        const restored = await api.retried(() => restore(`${name}-s`));
        expect(restored.capacity).to.equal(BigInt(800 * MIB));
        await expectOnlyBricks();
        const started = await act(name, 'start');
        await api.expectHealed(name);
        const at = await api.mount(name);
        const listed = await shell(`cd ${at} && cat $(ls | sort -t- -k2n) && ls | wc -l`);
        const expected = Array.from({ length: 40 }, (_, index) => `then-${index + 1}`);
        expect(listed.trim().split('\n')).to.deep.equal([...expected, '40']);
        const size = Number(await shell(`df --output=size -B1 ${at} | tail -1`));
        expect(size).to.be.greaterThan(790 * MIB);
        for (const subvol of started.subvols) expect(await differences(lab, subvol), title).to.deep.equal([]);
        await shell(`cd ${at} && rm file-3 && echo later > file-4`);
        await api.unmount(at);
      }
      expect((await api.get(`/v1/snapshots/${name}-s`, snapInfo)).parentname).to.equal(name);
      await api.delete(`/v1/snapshots/${name}-s`);
      await api.delete(`/v1/volumes/${name}`);
    });
  }

  it('kill -9 of a gateway at many moments of a restore: one content in all bricks, and nothing is left', async () => {
    await api.volume({ name: FAULTY, size: 400 * MIB, replica: 3 });
    await writeAll('then');
    await take(FAULTY, 's');
    await act(FAULTY, 'stop');
    const before = performance.now();
    await restore('s');
    const restoreMs = performance.now() - before;
    const seen: string[] = [];
    for (let part = 1; part <= KILLS; part += 1) {
      const victim = part % 2 === 0 ? 1 : 2;
      await writeAll('now');
      await act(FAULTY, 'stop');
      const ended = restore('s').catch(() => undefined);
      await sleep((restoreMs * BEYOND * part) / KILLS);
      await api.gateways.service(victim).kill();
      await api.gateways.service(victim).start();
      await ended;
      const text = await readAll();
      seen.push(text);
      expect(['then', 'now']).to.include(text);
      await expectOnlyBricks();
    }
    await act(FAULTY, 'stop');
    await api.retried(() => restore('s'));
    expect(await readAll()).to.equal('then');
    process.stdout.write(
      `    a restore took ${Math.round(restoreMs)} ms; kills ended with: ${seen.join(', ')}\n`,
    );
  });

  it('a closed brick keeps glusterd itself from starting the volume; a start by the gateway undoes the rest', async () => {
    await writeAll('now');
    await act(FAULTY, 'stop');
    const token = await closeOn(3);
    const said = await lab.server(1).gluster(['volume', 'start', FAULTY]);
    expect(`${said.stdout}${said.stderr}`).to.match(/failed/i);
    const record = await lab
      .server(3)
      .machine.must(['sh', '-c', 'cat /srv/gluster/*/bricks/kept.*/brick.json']);
    expect(record).to.include(token).and.to.include('"state": "closed"');
    expect(await readAll()).to.equal('now');
    await expectOnlyBricks();
    await api.delete(`/v1/volumes/${FAULTY}`);
    await api.delete('/v1/snapshots/s');
  });

  /** Writes by a client, to a volume that is started for it. */
  async function writeAll(text: string): Promise<void> {
    await act(FAULTY, 'start');
    const at = await api.mount(FAULTY);
    await shell(`cd ${at} && for n in 1 2 3; do echo ${text} > file-$n; done && sync`);
    await api.unmount(at);
  }

  /** Starts the volume and reads each brick: the content that all agree on. */
  async function readAll(): Promise<string> {
    const { subvols } = await act(FAULTY, 'start');
    await api.expectHealed(FAULTY);
    const bricks = subvols.flatMap((subvol) => subvol.bricks);
    const texts = await Promise.all(
      bricks.map(({ host, path }) =>
        lab.server(Number(host.slice(1))).machine.must(['sh', '-c', `cat ${path}/file-*`]),
      ),
    );
    const words = new Set(texts.join('').trim().split('\n'));
    return [...words].join(' and ');
  }

  /** Begins to restore the brick of one server, as a coordinator does that is never heard of again. */
  async function closeOn(server: number): Promise<string> {
    const peers = await api.get('/v1/peers', peerList);
    const peerId = peers.find(({ name }) => name === `g${server}`)?.id ?? '';
    const token = `${peerId}:${randomUUID()}:${randomUUID()}`;
    const client = createClient({
      baseUrls: [await api.gateways.urlFromHere(server)],
      issuer: 'gateways',
      key: keyFile(`${lab.folder}/config/peers.key`),
      ca: api.gateways.authority.caFile,
      timeoutMs: 30_000,
    });
    try {
      for (const [path, body] of [
        ['prepare', { volume: FAULTY, snapshot: 's', token }],
        ['close', { volume: FAULTY, token }],
      ] as const) {
        await client.request(
          {
            method: 'POST',
            path: `/internal/v1/restores/${path}`,
            body,
            reply: z.unknown(),
            subject: path,
          },
          { id: 'test', signal: AbortSignal.timeout(30_000) },
        );
      }
    } finally {
      await client.close();
    }
    return token;
  }
});
