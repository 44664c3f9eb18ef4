import { expect } from 'chai';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { failureOf } from './lab/grpc-failure.ts';
import { sharedDeployment } from './shared-deployment.ts';

const BYTES = 320n * MIB;

describe('access modes', () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await sharedDeployment();
  });
  afterEach(async () => {
    await expectNothingLeft(deployment.lab);
  });

  it('lets two nodes write the same volume, and each sees the other’s files', async () => {
    const volume = await CsiVolume.create(deployment, { name: 'shared', bytes: BYTES });
    for (const worker of [1, 2]) {
      const target = await volume.mount(worker);
      await deployment.lab.worker(worker).must(['touch', `${target}/from-${worker}`]);
    }
    for (const worker of [1, 2]) {
      const seen = await deployment.lab.worker(worker).must(['ls', volume.targetPath(worker)]);
      expect(seen.split('\n').filter(Boolean)).to.have.members(['from-1', 'from-2']);
    }
    await volume.unmount(1);
    await volume.unmount(2);
    await volume.delete();
  });

  it('keeps a pod that asked for it from writing, while another pod on the node writes', async () => {
    const volume = await CsiVolume.create(deployment, { name: 'reader', bytes: BYTES });
    const writable = await volume.mount(1);
    const readable = await volume.publish(1, { pod: 'reader', readonly: true });
    const { machine, touch } = toucher(deployment);
    expect((await touch(`${writable}/file`)).exitCode).to.equal(0);
    const refused = await touch(`${readable}/other`);
    expect(refused.stderr).to.match(/Read-only file system/);
    expect(await machine.must(['ls', readable])).to.equal('file\n');
    await volume.unpublish(1, 'reader');
    await volume.unmount(1);
    await volume.delete();
  });

  it('mounts a volume for readers read-only everywhere', async () => {
    const volume = await CsiVolume.create(deployment, {
      name: 'readers',
      bytes: BYTES,
      mode: 'MULTI_NODE_READER_ONLY',
    });
    const target = await volume.mount(1);
    const { touch } = toucher(deployment);
    expect((await touch(`${target}/file`)).stderr).to.match(/Read-only file system/);
    await volume.unmount(1);
    await volume.delete();
  });

  it('gives a volume with a single writer to one pod at a time', async () => {
    const volume = await CsiVolume.create(deployment, {
      name: 'single',
      bytes: BYTES,
      mode: 'SINGLE_NODE_SINGLE_WRITER',
    });
    await volume.mount(1);
    const refused = await failureOf(volume.publish(1, { pod: 'second' }));
    expect(refused.code).to.equal('FAILED_PRECONDITION');
    await volume.unpublish(1);
    await volume.publish(1, { pod: 'second' });
    await volume.unpublish(1, 'second');
    await volume.unstage(1);
    await volume.delete();
  });
});

function toucher(deployment: Deployment) {
  const machine = deployment.lab.worker(1);
  return { machine, touch: (path: string) => machine.exec(['touch', path]) };
}
