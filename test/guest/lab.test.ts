import { expect } from 'chai';
import { CsiVolume, MIB } from '../pool/lab/csi-volume.ts';
import { Deployment } from '../pool/lab/deployment.ts';
import { expectNothingLeft } from '../pool/lab/expect-nothing-left.ts';
import { Lab } from '../pool/lab/lab.ts';

describe('the guest kernel: lab', () => {
  it('runs three servers with the driver: a volume of loop bricks is made, written, read and deleted', async () => {
    await using lab = await Lab.up({ name: 'inside', workers: 1 });
    await using deployment = await Deployment.on(lab);
    const volume = await CsiVolume.create(deployment, { name: 'guest', bytes: 400n * MIB });
    const target = await volume.mount(1);
    const worker = lab.worker(1);
    await worker.must(['dd', 'if=/dev/urandom', `of=${target}/file`, 'bs=1M', 'count=4', 'conv=fsync']);
    expect(await worker.must(['stat', '-c', '%s', `${target}/file`])).to.equal(`${4 * 1024 ** 2}\n`);
    await volume.unmount(1);
    await volume.delete();
    await expectNothingLeft(lab);
  });
});
