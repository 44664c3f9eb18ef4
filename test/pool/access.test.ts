import { copyFile } from 'node:fs/promises';
import { expect } from 'chai';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { failureOf } from './lab/grpc-failure.ts';
import type { Machine } from './lab/machine.ts';
import { sharedDeployment } from './shared-deployment.ts';

const BYTES = 320n * MIB;

describe('who reaches a volume', () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await sharedDeployment();
  });
  after(async () => {
    await deployment.reconfigure({});
    await expectNothingLeft(deployment.lab);
  });

  it('is whom the gateways’ configuration allows by address', async () => {
    const { lab } = deployment;
    const address = lab.members.find(({ name }) => name === 'w1')?.address ?? '';
    await deployment.reconfigure({ access: { addresses: [address] } });
    const volume = await CsiVolume.create(deployment, { name: 'by-address', bytes: BYTES });
    const target = await volume.mount(1);
    await lab.worker(1).must(['touch', `${target}/file`]);
    expect(await reaches(lab.worker(1), volume.glusterName)).to.equal(true);
    expect((await failureOf(volume.stage(2))).code).to.equal('UNAVAILABLE');
    expect(await reaches(lab.worker(2), volume.glusterName)).to.equal(false);
    await volume.unmount(1);
    await volume.delete();
  });

  it('is who has a certificate with a name that the configuration allows, and all is encrypted', async () => {
    const { lab, authority } = deployment;
    const trusted = [...lab.servers.map(({ machine }) => machine), lab.worker(1)];
    for (const machine of trusted) await giveCertificate(machine, authority.filesOf(machine.name));
    await deployment.reconfigure({ access: { commonNames: trusted.map(({ name }) => name) } });
    const volume = await CsiVolume.create(deployment, { name: 'by-certificate', bytes: BYTES });
    const target = await volume.mount(1);
    await lab.worker(1).must(['dd', 'if=/dev/zero', `of=${target}/file`, 'bs=1M', 'count=4', 'conv=fsync']);

    expect((await failureOf(volume.stage(2))).code).to.equal('UNAVAILABLE');
    await giveCertificate(lab.worker(2), authority.filesOf('w2'));
    expect((await failureOf(volume.stage(2))).code).to.equal('UNAVAILABLE');
    expect(await reaches(lab.worker(2), volume.glusterName)).to.equal(false);
    await volume.unmount(1);
    await volume.delete();
  });
});

/** GlusterFS on Debian looks for its certificate here; each machine of the lab has a folder of its own there. */
async function giveCertificate(
  machine: Machine,
  files: { readonly certFile: string; readonly keyFile: string; readonly caFile: string },
): Promise<void> {
  await copyFile(files.certFile, `${machine.folder}/ssl/glusterfs.pem`);
  await copyFile(files.keyFile, `${machine.folder}/ssl/glusterfs.key`);
  await copyFile(files.caFile, `${machine.folder}/ssl/glusterfs.ca`);
}

/** True when a mount by hand, past the driver, gives access. mount.glusterfs may exit with 0 and have mounted nothing. */
async function reaches(machine: Machine, volume: string): Promise<boolean> {
  const at = '/run/by-hand';
  await machine.must(['mkdir', '-p', at]);
  await machine.exec(['mount', '-t', 'glusterfs', `g1:/${volume}`, at]);
  const isMounted = (await machine.exec(['findmnt', '--mountpoint', at])).exitCode === 0;
  const isReadable = isMounted && (await machine.exec(['timeout', '10', 'ls', at])).exitCode === 0;
  if (isMounted) await machine.must(['umount', '--lazy', at]);
  return isReadable;
}
