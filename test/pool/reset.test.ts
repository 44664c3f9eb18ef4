import { expect } from 'chai';
import { CsiVolume, MIB } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { until } from './lab/until.ts';
import { sharedDeployment } from './shared-deployment.ts';

const BYTES = 320n * MIB;

describe('a volume whose options an admin resets', () => {
  let deployment: Deployment;
  let address: string;
  before(async () => {
    deployment = await sharedDeployment();
    address = deployment.lab.members.find(({ name }) => name === 'w1')?.address ?? '';
    await deployment.reconfigure({ access: { addresses: [address] } });
  });
  after(async () => {
    await deployment.reconfigure({});
    await expectNothingLeft(deployment.lab);
  });

  async function makeAndReset(name: string): Promise<CsiVolume> {
    const volume = await CsiVolume.create(deployment, { name, bytes: BYTES });
    await gluster(1, ['volume', 'reset', volume.glusterName]);
    expect(await gluster(1, ['volume', 'info', volume.glusterName])).to.not.match(/gluster-csi|auth\.allow/);
    return volume;
  }

  function gluster(server: number, args: readonly string[]): Promise<string> {
    return deployment.lab.server(server).mustGluster([...args]);
  }

  it('is the same to a create that is repeated, is closed again, and grows', async () => {
    const { glusterName, id } = await makeAndReset('repeated');
    const volume = await CsiVolume.create(deployment, { name: 'repeated', bytes: BYTES });
    expect([volume.id, volume.capacityBytes]).to.deep.equal([id, BYTES]);
    const info = await gluster(2, ['volume', 'info', glusterName]);
    expect(info).to.include(`auth.allow: ${address}`).and.to.include('storage.reserve: 0');
    await gluster(1, ['volume', 'reset', glusterName]);
    expect(await volume.expand(400n * MIB)).to.equal(400n * MIB);
    await volume.delete();
  });

  it('is deleted by the next request', async () => {
    const volume = await makeAndReset('deleted');
    await volume.delete();
    await expectNothingLeft(deployment.lab);
  });

  it('is listed again soon after a listing has missed it', async () => {
    const volume = await makeAndReset('listed');
    const { controller } = deployment.controllerClient;
    const isListed = async () => {
      const { entries } = await controller.ListVolumes({});
      return entries.some((entry) => entry.volume?.volumeId === volume.id);
    };
    await until(`${volume.name} in the list`, isListed, { everyMs: 200 });
    expect(await gluster(3, ['volume', 'info', volume.glusterName])).to.include(`auth.allow: ${address}`);
    await volume.delete();
  });
});
