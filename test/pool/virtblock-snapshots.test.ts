import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { AttachedDisk } from './block/attached-disk.ts';
import { BlockApi } from './block/block-api.ts';
import { OrderedWriter } from './block/ordered-writer.ts';
import { type BlockRequest, CsiBlockVolume } from './lab/csi-block-volume.ts';
import { MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { failureOf } from './lab/grpc-failure.ts';
import { mayGrowExt4 } from './lab/may-grow-ext4.ts';
import { untilWhole } from './lab/trusted-pool.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';

const SIZE = 320n * MIB;
const SERVERS = ['g1', 'g2', 'g3'];
/** What the sidecars ask again after. */
const RETRIED = ['UNAVAILABLE', 'ABORTED', 'DEADLINE_EXCEEDED', 'CANCELLED'];

describe('virtblock: snapshots and clones through the driver', function () {
  // The writer leaves little of two cores to gateways that start, and to healing.
  this.timeout(900_000);

  let deployment: Deployment;
  let hosting = '';
  before(async () => {
    deployment = await sharedDeployment();
  });
  afterEach(async () => {
    for (const gateway of deployment.gateways) if (!gateway.isRunning) await gateway.start();
  });
  after(async () => {
    expect((await controller().ListVolumes({})).entries).to.deep.equal([]);
    expect((await controller().ListSnapshots({})).entries).to.deep.equal([]);
    await expectNothingLeft(deployment.lab);
  });

  const controller = () => deployment.block.controller.controller;
  const create = async (name: string, change: Partial<BlockRequest> = {}) => {
    const parameters = { hostingVolumeSize: '6Gi' };
    const request = { name, bytes: SIZE, content: 'xfs' as const, parameters, ...change };
    const volume = await CsiBlockVolume.create(deployment, request);
    hosting = volume.hosting;
    return volume;
  };
  const snap = async (name: string, sourceVolumeId: string) => {
    const { snapshot } = await controller().CreateSnapshot({ name, sourceVolumeId });
    const { seconds, nanos } = snapshot?.creationTime ?? { seconds: '0', nanos: 0 };
    return { id: snapshot?.snapshotId ?? '', moment: Number(seconds) * 1000 + nanos / 1e6 };
  };
  /** A writer whose acknowledged writes need nothing but the file's own blocks. */
  const writeIn = async (worker: number, directory: string) => {
    const machine = deployment.lab.worker(worker);
    await machine.must(['dd', 'if=/dev/zero', `of=${directory}/records`, 'bs=1M', 'count=8', 'conv=fsync']);
    return OrderedWriter.start(machine, `${directory}/records`);
  };
  const written = async (writer: OrderedWriter) => {
    const so = await writer.count();
    await until('it writes', async () => (await writer.count()) > so + 100);
  };
  const sumsOf = async (path: string) => {
    const command = `cat /srv/gluster/disk1/bricks/${hosting}.0.*/fs/brick/${path} | sha256sum`;
    const sums = deployment.lab.servers.map(({ machine }) => machine.must(['sh', '-c', command]));
    return new Set((await Promise.all(sums)).map((line) => line.split(' ')[0]));
  };

  for (const content of ['xfs', 'ext4'] as const) {
    it(`${content}: is restored while its source is written, with all that was acknowledged before`, async () => {
      const source = await create(`source-${content}`, { content });
      const writer = await writeIn(1, await source.mount(1));
      await written(writer);
      const { id, moment } = await retried(() => snap(`snap-${content}`, source.id));
      await written(writer);
      const bytes = content === 'xfs' || mayGrowExt4() ? 2n * SIZE : SIZE;
      const change = { content, source: { snapshot: id }, bytes };
      const copy = await retried(() => create(`copy-${content}`, change));
      expect((await sumsOf(`copy-${content}/disk`)).size).to.equal(1);
      const target = await copy.mount(2);
      const faults = await writer.faultsOf(deployment.lab.worker(2), `${target}/records`, moment);
      expect(faults).to.deep.equal([]);
      await copy.unmount(2);
      expect(await checked(copy, content)).to.equal('0');
      await writer.stop();
      await source.unmount(1);
      // A snapshot outlives its source.
      await source.delete();
      expect((await controller().ListSnapshots({ snapshotId: id })).entries).to.have.length(1);
      await controller().DeleteSnapshot({ snapshotId: id });
      await copy.delete();
    });
  }

  /** The exit code of the file system's own check, on another node; what it says when it is not 0. */
  async function checked({ request: { name } }: CsiBlockVolume, content: 'xfs' | 'ext4'): Promise<string> {
    const api = await BlockApi.through(deployment, 1);
    await api.publish(name, 'w1', [deployment.lab.addressOf('w1')]);
    const machine = deployment.lab.worker(1);
    const disk = new AttachedDisk(machine, name);
    expect(await disk.mount(SERVERS, hosting, name)).to.equal(true);
    const check = content === 'xfs' ? ['xfs_repair', '-n', '-f'] : ['e2fsck', '-n', '-f'];
    // Both read sectors of 512 bytes, which the brick's direct I/O does not.
    const image = `${machine.folder}/checked.img`;
    await machine.must(['cp', '--sparse=always', `/run/${name}/disk`, image]);
    const { exitCode, stdout, stderr } = await machine.exec([...check, image]);
    await machine.must(['rm', image]);
    await disk.end();
    await api.unpublish(name, 'w1');
    return exitCode === 0 ? '0' : `${exitCode}: ${stdout}${stderr}`;
  }

  it('is cloned from a volume that is written, mounted beside it on the same node', async () => {
    const source = await create('cloned');
    const writer = await writeIn(1, await source.mount(1));
    await written(writer);
    const before = Date.now();
    const clone = await retried(() => create('clone', { source: { volume: source.id } }));
    const target = await clone.mount(1);
    const faults = await writer.faultsOf(deployment.lab.worker(1), `${target}/records`, before);
    expect(faults).to.deep.equal([]);
    expect((await controller().ListSnapshots({})).entries).to.deep.equal([]);
    await writer.stop();
    for (const volume of [clone, source]) {
      await volume.unmount(1);
      await volume.delete();
    }
  });

  it('is taken once after kill -9 of the gateway at any step and a retry, and is then as good', async () => {
    const source = await create('killed');
    const writer = await writeIn(1, await source.mount(1));
    await written(writer);
    for (const afterMs of [300, 1200]) {
      const name = `killed-${afterMs}`;
      const lost = snap(name, source.id).catch(() => undefined);
      await sleep(afterMs);
      await Promise.all(deployment.gateways.map((gateway) => gateway.kill()));
      await lost;
      await Promise.all(deployment.gateways.map((gateway) => gateway.start()));
      const { id, moment } = await retried(() => snap(name, source.id));
      expect((await sumsOf(`.gluster-csi/snapshots/${name}/disk`)).size).to.equal(1);
      const copy = await retried(() => create(`of-${name}`, { source: { snapshot: id } }));
      const target = await copy.mount(2);
      const faults = await writer.faultsOf(deployment.lab.worker(2), `${target}/records`, moment);
      expect(faults, name).to.deep.equal([]);
      await copy.unmount(2);
      await copy.delete();
      await controller().DeleteSnapshot({ snapshotId: id });
    }
    await writer.stop();
    await source.unmount(1);
    await source.delete();
  });

  it('is refused while a server is down, and taken when all is healed', async () => {
    const source = await create('short');
    const writer = await writeIn(1, await source.mount(1));
    await written(writer);
    await deployment.lab.server(3).powerCut();
    const refused = await failureOf(
      controller().CreateSnapshot({ name: 'short', sourceVolumeId: source.id }),
    );
    expect(refused.code).to.equal(status[status.UNAVAILABLE]);
    await deployment.bootServer(3);
    for (const server of deployment.lab.servers) await untilWhole(server, 3);
    const { id, moment } = await retried(() => snap('short', source.id));
    expect((await sumsOf('.gluster-csi/snapshots/short/disk')).size).to.equal(1);
    await writer.stop();
    const copy = await retried(() => create('of-short', { source: { snapshot: id } }));
    const target = await copy.mount(2);
    const faults = await writer.faultsOf(deployment.lab.worker(2), `${target}/records`, moment);
    expect(faults).to.deep.equal([]);
    await copy.unmount(2);
    await source.unmount(1);
    await copy.delete();
    await source.delete();
    await controller().DeleteSnapshot({ snapshotId: id });
  });
});

/** As the sidecars do. */
async function retried<T>(act: () => Promise<T>): Promise<T> {
  const made: T[] = [];
  let last: unknown;
  const isDone = async () => {
    try {
      made.push(await act());
      return true;
    } catch (error) {
      last = error;
      const { code } = await failureOf(Promise.reject(error));
      if (RETRIED.includes(code)) return false;
      throw error;
    }
  };
  await until('the retry succeeds', isDone, { timeoutMs: 300_000, everyMs: 300 }).catch((cause: unknown) => {
    throw new Error(`the retry does not succeed: ${String(last)}`, { cause });
  });
  const [result] = made;
  if (result === undefined) throw new Error('nothing was made');
  return result;
}
