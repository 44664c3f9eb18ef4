import { expect } from 'chai';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { sharedDeployment } from './shared-deployment.ts';

const LAYOUTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'replica 3': {},
  arbiter: { replica: '3', arbiter: '1' },
  'disperse 2+1': { disperse: '3', redundancy: '1' },
  distribute: { replica: '1', distribute: '2' },
  'replica 3 on directories': { brickType: 'directory' },
};

describe('a volume, from create to delete', () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await sharedDeployment();
  });

  for (const [layout, parameters] of Object.entries(LAYOUTS)) {
    it(`is written on one node, read on another, grown and deleted: ${layout}`, async () => {
      const { lab } = deployment;
      const name = `life-${layout.replaceAll(/[^a-z0-9]+/g, '-')}`;
      const volume = await CsiVolume.create(deployment, { name, bytes: 400n * MIB, parameters });
      expect(volume.capacityBytes).to.equal(400n * MIB);

      const near = await volume.mount(1);
      await lab
        .worker(1)
        .must(['dd', 'if=/dev/urandom', `of=${near}/file`, 'bs=1M', 'count=8', 'conv=fsync']);
      const far = await volume.mount(2);
      const sums = await Promise.all([
        lab.worker(1).must(['sha256sum', `${near}/file`]),
        lab.worker(2).must(['sha256sum', `${far}/file`]),
      ]);
      expect(sums[1].split(' ')[0]).to.equal(sums[0].split(' ')[0]);

      const before = await usableBytes(deployment, volume);
      expect(await volume.expand(600n * MIB)).to.equal(600n * MIB);
      const after = await usableBytes(deployment, volume);
      // A directory brick has no size of its own: what is seen is the device's.
      if (parameters['brickType'] !== 'directory') expect(after - before >= 200n * MIB).to.equal(true);

      await volume.unmount(1);
      await volume.unmount(2);
      await volume.delete();
      await expectNothingLeft(lab);
    });
  }

  it('takes writes beyond its old size as soon as it is expanded, while it is mounted', async () => {
    const volume = await CsiVolume.create(deployment, { name: 'grown', bytes: 400n * MIB });
    const target = await volume.mount(1);
    const write = (mebibytes: number, file: string) =>
      deployment.lab
        .worker(1)
        .exec(['dd', 'if=/dev/zero', `of=${target}/${file}`, 'bs=1M', `count=${mebibytes}`, 'conv=fsync']);
    expect((await write(400, 'first')).exitCode).to.equal(0);
    expect(await volume.expand(500n * MIB)).to.equal(500n * MIB);
    expect((await write(100, 'second')).exitCode).to.equal(0);
    await volume.unmount(1);
    await volume.delete();
    await expectNothingLeft(deployment.lab);
  });
});

async function usableBytes(deployment: Deployment, volume: CsiVolume): Promise<bigint> {
  const { usage } = await deployment.node(1).node.NodeGetVolumeStats({
    volumeId: volume.id,
    volumePath: volume.targetPath(1),
    stagingTargetPath: volume.stagingPath(1),
  });
  const bytes = usage.find(({ unit }) => unit === 'BYTES');
  expect(usage.some(({ unit }) => unit === 'INODES')).to.equal(true);
  return BigInt(bytes?.total ?? 0);
}
