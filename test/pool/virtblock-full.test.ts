import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { CsiBlockVolume } from './lab/csi-block-volume.ts';
import { MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { sharedDeployment } from './shared-deployment.ts';

const SIZE = 180n * MIB;
const FULL_MS = 75_000;
/** Two block volumes, and the 32 MiB that the gateway keeps free. */
const HOSTING = { hostingVolumeSize: '392Mi' };

describe('virtblock: a hosting volume that is full', () => {
  let deployment: Deployment;
  let one: CsiBlockVolume;
  let two: CsiBlockVolume;
  let near: string;
  let far: string;
  before(async () => {
    deployment = await sharedDeployment();
    const create = (name: string, parameters: Readonly<Record<string, string>>) =>
      CsiBlockVolume.create(deployment, { name, bytes: SIZE, content: 'raw', parameters });
    one = await create('full-one', HOSTING);
    two = await create('full-two', { hostingVolume: one.hosting });
    near = await one.mount(1);
    far = await two.mount(1);
  });
  after(async () => {
    for (const volume of [one, two]) {
      await volume.unmount(1);
      await volume.delete();
    }
    await expectNothingLeft(deployment.lab);
  });

  const write = (device: string, from: number, mebibytes: number) => {
    const place = [`of=${device}`, 'bs=1M', `seek=${from}`, `count=${mebibytes}`];
    const argv = ['dd', 'if=/dev/urandom', ...place, 'oflag=direct', 'conv=fsync', 'status=none'];
    return deployment.lab.worker(1).exec(argv);
  };
  const sumOf = async (device: string, mebibytes: number) => {
    const read = `dd if=${device} bs=1M count=${mebibytes} iflag=direct status=none | sha256sum`;
    return deployment.lab.worker(1).must(['sh', '-c', read]);
  };

  it('gives the error of a disk to who writes what is not there, and keeps what the others have', async () => {
    const server = deployment.lab.server(1).machine;
    await write(near, 0, 32);
    const kept = await sumOf(near, 32);
    await server.must(['mkdir', '-p', '/run/filled']);
    await server.must(['mount', '-t', 'glusterfs', `g1:/${one.hosting}`, '/run/filled']);
    // Somebody's, who may do on the servers what he likes: it takes what the block volumes are promised.
    await server.exec(['dd', 'if=/dev/urandom', 'of=/run/filled/other', 'bs=1M']);
    // Gluster's health check would end a brick that is full for so long.
    await sleep(FULL_MS);
    const failed = await write(far, 0, 64);
    expect(failed.exitCode).to.equal(1);
    expect(failed.stderr).to.match(/No space left on device|Input\/output error/);
    expect(await sumOf(near, 32)).to.equal(kept);
    expect((await write(near, 0, 32)).exitCode).to.equal(0);
    await server.must(['rm', '/run/filled/other']);
    await server.must(['umount', '/run/filled']);
    expect((await write(far, 0, 64)).stderr).to.equal('');
  });

  it('holds every byte that it has promised', async () => {
    for (const device of [near, far]) expect((await write(device, 0, 180)).stderr).to.equal('');
    const sums = await Promise.all([near, far].map((device) => sumOf(device, 180)));
    expect(new Set(sums).size).to.equal(2);
  });

  it('grows with a block volume that has no room to grow', async () => {
    const kept = await sumOf(far, 180);
    expect(await one.expand(1, 2n * SIZE)).to.equal(2n * SIZE);
    expect((await write(near, 0, 360)).stderr).to.equal('');
    expect(await sumOf(far, 180)).to.equal(kept);
    expect(await deployment.lab.server(1).mustGluster(['volume', 'list'])).to.equal(`${one.hosting}\n`);
  });
});
