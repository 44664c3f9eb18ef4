import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CsiBlockVolume } from './lab/csi-block-volume.ts';
import { MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { failureOf } from './lab/grpc-failure.ts';
import { mayGrowExt4 } from './lab/may-grow-ext4.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';

const SIZE = 320n * MIB;

describe('virtblock: a block volume through the driver', () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await sharedDeployment();
  });
  afterEach('nothing is left on the workers', async () => {
    for (const worker of deployment.lab.workers) {
      const mounts = await worker.must(['cat', '/proc/self/mountinfo']);
      expect(mounts.split('\n').filter((line) => line.includes('/kubelet/'))).to.deep.equal([]);
      expect(await clientsOf(worker)).to.equal('');
    }
  });
  after(async () => {
    const { entries } = await deployment.block.controller.controller.ListVolumes({});
    expect(entries).to.deep.equal([]);
    await expectNothingLeft(deployment.lab);
  });

  const create = (name: string, content: 'xfs' | 'ext4' | 'raw') =>
    CsiBlockVolume.create(deployment, { name, bytes: SIZE, content });
  const sumOf = async (worker: number, path: string) =>
    (await deployment.lab.worker(worker).must(['sha256sum', path])).split(' ')[0];

  for (const content of ['xfs', 'ext4', 'raw'] as const) {
    it(`${content}: is written on one node, read on another, grown and deleted`, async () => {
      const volume = await create(`life-${content}`, content);
      const near = await volume.mount(1);
      const file = content === 'raw' ? near : `${near}/file`;
      const flags = content === 'raw' ? ['oflag=direct'] : ['conv=fsync'];
      await deployment.lab
        .worker(1)
        .must(['dd', 'if=/dev/urandom', `of=${file}`, 'bs=1M', 'count=64', ...flags]);
      const total = await volume.totalBytes(1);
      const sum = await sumOf(1, file);
      if (content !== 'ext4' || mayGrowExt4()) {
        expect(await volume.expand(1, 2n * SIZE)).to.equal(2n * SIZE);
        expect((await volume.totalBytes(1)) - total >= SIZE / 2n).to.equal(true);
      }
      const after = content === 'raw' ? undefined : await sumOf(1, file);
      expect((await failureOf(volume.attach(2))).code).to.equal('FAILED_PRECONDITION');
      await volume.unmount(1);
      const far = await volume.mount(2);
      if (content === 'raw') {
        const read = `dd if=${far} bs=1M count=64 iflag=direct status=none | sha256sum`;
        const near64 = (await deployment.lab.worker(2).must(['sh', '-c', read])).split(' ')[0];
        expect(near64).to.match(/^[0-9a-f]{64}$/);
        expect(await volume.totalBytes(2)).to.equal(2n * SIZE);
      } else {
        expect([after, await sumOf(2, `${far}/file`)]).to.deep.equal([sum, sum]);
      }
      await volume.unmount(2);
      await volume.delete();
    });
  }

  it('is read on two nodes at once, and written by none of them', async () => {
    const volume = await create('readers', 'xfs');
    const target = await volume.mount(1);
    await deployment.lab
      .worker(1)
      .must(['dd', 'if=/dev/urandom', `of=${target}/file`, 'bs=1M', 'count=8', 'conv=fsync']);
    const sum = await sumOf(1, `${target}/file`);
    await volume.unmount(1);
    const readers = volume.as('MULTI_NODE_READER_ONLY');
    for (const worker of [1, 2]) {
      const path = await readers.mount(worker);
      expect(await sumOf(worker, `${path}/file`)).to.equal(sum);
      expect((await deployment.lab.worker(worker).exec(['touch', `${path}/x`])).exitCode).to.equal(1);
    }
    expect((await failureOf(volume.attach(1))).code).to.equal('ALREADY_EXISTS');
    for (const worker of [1, 2]) await readers.unmount(worker);
    await volume.delete();
  });

  it('is taken from a node that writes and says nothing: its writes fail before another has it', async () => {
    const volume = await create('fenced', 'xfs');
    const near = await volume.mount(1);
    const worker = deployment.lab.worker(1);
    const loop = 'i=0; while i=$((i+1)); do echo $i > "$0/counter" && sync "$0/counter" || exit 7; done';
    const writer = worker.exec(['sh', '-c', loop, near]);
    await until('it writes', async () => Number((await worker.exec(['cat', `${near}/counter`])).stdout) > 5);
    await volume.detach(1);
    const far = await volume.mount(2);
    const value = await deployment.lab.worker(2).must(['cat', `${far}/counter`]);
    expect(Number(value)).to.be.greaterThan(4);
    expect((await writer).exitCode).to.not.equal(0);
    await sleep(500);
    await deployment.lab.worker(2).must(['sh', '-c', 'echo mine > "$0/counter" && sync "$0/counter"', far]);
    await volume.unpublish(1);
    // Until the client that was cut off has ended, as it does within seconds.
    await until('it is unstaged', () => isRetried(volume.unstage(1)));
    expect(await deployment.lab.worker(2).must(['cat', `${far}/counter`])).to.equal('mine\n');
    await volume.unmount(2);
    await volume.delete();
  });

  it('is what was asked for after kill -9 of the node service at any step and a retry', async () => {
    const volume = await create('killed', 'xfs');
    await volume.attach(1);
    const [node] = deployment.nodes;
    for (const afterMs of [50, 200, 400, 700, 1000]) {
      for (const step of [
        () => volume.stage(1),
        () => volume.publish(1),
        () => volume.unpublish(1),
        () => volume.unstage(1),
      ]) {
        const lost = Promise.resolve(step()).catch(() => undefined);
        await sleep(afterMs);
        await node?.kill();
        await lost;
        await node?.start();
        await until('the retry succeeds', () => isRetried(step()));
      }
    }
    await volume.mount(1);
    await volume.unmount(1);
    await volume.delete();
  });

  it('is staged anew when its client has died, and keeps what was synced', async () => {
    const volume = await create('died', 'xfs');
    const near = await volume.mount(1);
    const worker = deployment.lab.worker(1);
    await worker.must(['sh', '-c', 'echo kept > "$0/file" && sync "$0/file"', near]);
    await worker.exec(['pkill', '-KILL', '-x', 'glusterfs']);
    const other = await volume.publish(1, 'other');
    expect(await worker.must(['cat', `${other}/file`])).to.equal('kept\n');
    await volume.unpublish(1);
    await volume.unpublish(1, 'other');
    await volume.unstage(1);
    await volume.detach(1);
    await volume.delete();
  });
});

/** True when it was done; false when it is to be asked again. */
function isRetried(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

async function clientsOf(worker: Deployment['lab']['workers'][number]): Promise<string> {
  return (await worker.exec(['pgrep', '-x', 'glusterfs'])).stdout;
}
