import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { toBackend } from '../../src/glusterd2/backend.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import { raceViews } from '../contract/race-views.ts';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { failureOf } from './lab/grpc-failure.ts';
import { Lab, labName } from './lab/lab.ts';
import { until } from './lab/until.ts';
import { untilHealed } from './lab/until-healed.ts';

const BYTES = 320n * MIB;
const AGAIN = ['ABORTED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED', 'FAILED_PRECONDITION'];

/** Claims that only read a snapshot share one volume: on real servers, with real clients, and whatever dies. */
describe('read-only volumes from snapshots', function () {
  this.timeout(400_000);
  let lab: Lab;
  let deployment: Deployment;
  let source: CsiVolume;
  before(async () => {
    lab = await Lab.up({ name: labName('rox') });
    deployment = await Deployment.on(lab);
    source = await CsiVolume.create(deployment, {
      name: 'source',
      bytes: BYTES,
      parameters: { replica: '3' },
    });
  });
  after(async () => {
    await deployment?.close();
    await lab?.down();
  });

  const controller = () => deployment.controllerClient.controller;
  /** As the sidecars do. */
  async function repeated<T>(work: () => Promise<T>): Promise<T> {
    const done: T[] = [];
    await until(
      'the call succeeds',
      async () => {
        const failure = await failureOf(work().then((value) => void done.push(value))).catch(() => undefined);
        if (failure === undefined) return true;
        expect(AGAIN, failure.message).to.include(failure.code);
        return false;
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
    return done[0] as T;
  }
  const snapshot = async (name: string) => {
    const reply = await repeated(() => controller().CreateSnapshot({ name, sourceVolumeId: source.id }));
    return reply.snapshot?.snapshotId ?? '';
  };
  const deleteSnapshot = (snapshotId: string) => repeated(() => controller().DeleteSnapshot({ snapshotId }));
  const view = (name: string, snapshotId: string) => {
    const parameters = { replica: '3' };
    return repeated(() =>
      CsiVolume.create(deployment, {
        name,
        bytes: BYTES,
        parameters,
        mode: 'MULTI_NODE_READER_ONLY',
        snapshotId,
      }),
    );
  };
  const volumes = async () =>
    (await lab.server(1).mustGluster(['volume', 'list']))
      .split('\n')
      .filter((name) => name.startsWith('view'));

  it('five claims at once share one; it is read on two nodes, outlives the snapshot, heals, and goes with the last', async () => {
    const target = await source.mount(1);
    const worker = lab.worker(1);
    await worker.must(['sh', '-c', `echo before > ${target}/file && sync -f ${target}`]);
    const snapshotId = await snapshot('shared');
    await worker.must(['sh', '-c', `echo after > ${target}/file && echo new > ${target}/other`]);
    const views = await Promise.all([1, 2, 3, 4, 5].map((n) => view(`rox-${n}`, snapshotId)));
    expect(await volumes()).to.have.length(1);
    const [first, second, ...rest] = views;
    if (first === undefined || second === undefined) return expect.fail('no views');
    expect(new Set(views.map(({ glusterName }) => glusterName)).size).to.equal(1);
    const mounted = [
      [1, await first.mount(1)],
      [1, await second.mount(1)],
      [2, await first.mount(2)],
    ] as const;
    await deleteSnapshot(snapshotId);
    for (const [n, path] of mounted) {
      expect(await lab.worker(n).must(['sh', '-c', `cat ${path}/* && ls ${path}`])).to.equal(
        'before\nfile\n',
      );
      for (const write of [`touch ${path}/x`, `sh -c 'echo x > ${path}/file'`, `rm ${path}/file`]) {
        const { stderr } = await lab.worker(n).exec(['sh', '-c', write]);
        expect(stderr).to.match(/Read-only file system/);
      }
    }
    await expectServersRefuse(first.glusterName);
    await expectHealsWhileShared(first.glusterName, mounted[0][1]);

    for (const one of rest) await one.delete();
    await second.unmount(1);
    await second.delete();
    expect(await worker.must(['cat', `${mounted[0][1]}/file`])).to.equal('before\n');
    const refused = await failureOf(first.delete());
    expect(refused.code, refused.message).to.equal('FAILED_PRECONDITION');
    expect(await worker.must(['cat', `${mounted[0][1]}/file`])).to.equal('before\n');
    await first.unmount(1);
    await first.unmount(2);
    await repeated(() => first.delete());
    expect(await volumes()).to.deep.equal([]);
    await source.unmount(1);
  });

  /** Also of a client that somebody mounts by hand. */
  async function expectServersRefuse(name: string): Promise<void> {
    const worker = lab.worker(2);
    await worker.must(['mkdir', '-p', '/run/by-hand']);
    await worker.must(['mount', '-t', 'glusterfs', `g1:/${name}`, '/run/by-hand']);
    const { stderr } = await worker.exec(['touch', '/run/by-hand/x']);
    expect(stderr).to.match(/Read-only file system/);
    await worker.must(['umount', '/run/by-hand']);
  }

  /** A server comes back while readers go on: nothing is to be healed, and the daemons agree. */
  async function expectHealsWhileShared(name: string, path: string): Promise<void> {
    const status = await lab.server(1).mustGluster(['volume', 'status', name, '--xml']);
    const [, pid = ''] =
      /<hostname>g3<\/hostname>\s*<path>\/[^<]*<\/path>[\s\S]*?<pid>(\d+)<\/pid>/.exec(status) ?? [];
    await lab.server(3).machine.must(['kill', '-9', pid]);
    expect(await lab.worker(1).must(['cat', `${path}/file`])).to.equal('before\n');
    await lab.server(1).mustGluster(['volume', 'start', name, 'force']);
    await untilHealed(lab.server(1), name, 3);
  }

  it('three controllers over three gateways make and delete them at once: what is told is there, and nothing stays', async () => {
    const snapshotId = await snapshot('raced');
    const backends = await Promise.all([1, 2, 3].map(async (n) => toBackend(await deployment.restClient(n))));
    const volumeClass = {
      layout: { kind: 'replica', copies: 3, distribute: 1 },
      brickType: 'loop',
      zones: [],
      options: {},
    } as const;
    const race = { backends, volumeClass, sizeBytes: BYTES, snapshot: parseVolumeName('raced') };
    expect(await raceViews({ ...race, rounds: 2, callMs: 110_000 })).to.equal(6);
    await Promise.all(backends.map((one) => one.close()));
    expect(await volumes()).to.deep.equal([]);
    await deleteSnapshot(snapshotId);
  });

  it('all gateways and the controller are killed in the middle: the repeated request ends well', async () => {
    const snapshotId = await snapshot('killed');
    for (const delay of [300, 2500]) {
      const making = [1, 2].map((n) => view(`killed-${n}`, snapshotId));
      await killAfter(delay);
      const [one, two] = await Promise.all(making);
      expect(one?.glusterName).to.equal(two?.glusterName);
      expect(await volumes()).to.have.length(1);
      const path = await (one as CsiVolume).mount(1);
      expect(await lab.worker(1).must(['cat', `${path}/file`])).to.equal('after\n');
      await (one as CsiVolume).unmount(1);
      const deleting = [one, two].map((volume) => repeated(async () => volume?.delete()));
      await killAfter(delay / 3);
      await Promise.all(deleting);
      expect(await volumes()).to.deep.equal([]);
    }
    await deleteSnapshot(snapshotId);
    await repeated(() => source.delete());
    await expectNothingLeft(lab);
  });

  async function killAfter(ms: number): Promise<void> {
    await sleep(ms);
    const services = [deployment.controller, ...deployment.gateways];
    await Promise.all(services.map((service) => service.kill()));
    await Promise.all(services.map((service) => service.start()));
  }
});
