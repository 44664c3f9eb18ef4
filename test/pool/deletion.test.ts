import { expect } from 'chai';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { failureOf } from './lab/grpc-failure.ts';
import type { Machine } from './lab/machine.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';

const BYTES = 320n * MIB;

describe('deletion', () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await sharedDeployment();
  });
  afterEach(async () => {
    await expectNothingLeft(deployment.lab);
  });

  it('is refused while a node has the volume mounted, and the data stays', async () => {
    const volume = await CsiVolume.create(deployment, { name: 'mounted', bytes: BYTES });
    const target = await volume.mount(2);
    const worker = deployment.lab.worker(2);
    await worker.must(['touch', `${target}/kept`]);
    const refused = await failureOf(volume.delete());
    expect(refused.code).to.equal('FAILED_PRECONDITION');
    expect(refused.message)
      .to.match(/client/)
      .and.include(volume.glusterName);
    await worker.must(['touch', `${target}/writable-still`]);
    await volume.unmount(2);
    await deleteOnceUnused(volume);
  });

  it('is refused while a storage server itself has the volume mounted', async () => {
    const volume = await CsiVolume.create(deployment, { name: 'on-server', bytes: BYTES });
    const { machine } = deployment.lab.server(2);
    await mountByHand(machine, volume.glusterName);
    const refused = await failureOf(volume.delete());
    expect(refused.code).to.equal('FAILED_PRECONDITION');
    await machine.must(['umount', '/run/by-hand']);
    await deleteOnceUnused(volume);
  });

  it('never takes a volume that is not ours', async () => {
    const server = deployment.lab.server(1);
    await server.mustGluster(['volume', 'create', 'foreign', 'g1:/srv/foreign', 'force']);
    await server.mustGluster(['volume', 'start', 'foreign']);
    const { controller } = deployment.controllerClient;
    const refused = await failureOf(controller.DeleteVolume({ volumeId: 'gl1:volume:pool:foreign' }));
    expect(refused.code).to.equal('FAILED_PRECONDITION');
    expect(await server.mustGluster(['volume', 'info', 'foreign'])).to.match(/Status: Started/);
    await server.mustGluster(['volume', 'stop', 'foreign']);
    await server.mustGluster(['volume', 'delete', 'foreign']);
  });

  it('of what does not exist is done already', async () => {
    const { controller } = deployment.controllerClient;
    await controller.DeleteVolume({ volumeId: 'gl1:volume:pool:never-was' });
    await controller.DeleteVolume({ volumeId: 'something else' });
    const volume = await CsiVolume.create(deployment, { name: 'twice', bytes: BYTES });
    await volume.delete();
    await volume.delete();
  });
});

async function mountByHand(machine: Machine, volume: string): Promise<void> {
  await machine.must(['mkdir', '-p', '/run/by-hand']);
  await machine.must(['mount', '-t', 'glusterfs', `localhost:/${volume}`, '/run/by-hand']);
}

/** A client that has gone is a client for the bricks until they notice: the provisioner retries, and so does this. */
async function deleteOnceUnused(volume: CsiVolume): Promise<void> {
  await until(
    `${volume.name} without clients`,
    async () => {
      try {
        await volume.delete();
        return true;
      } catch (error) {
        expect(String(error)).to.match(/FAILED_PRECONDITION/);
        return false;
      }
    },
    { everyMs: 200 },
  );
}
