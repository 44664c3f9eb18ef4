import { expect } from 'chai';
import { CsiVolume, MIB, toCapability } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { failureOf } from './lab/grpc-failure.ts';
import { sharedDeployment } from './shared-deployment.ts';

const BYTES = 320n * MIB;

describe('bad input, through the sockets', () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await sharedDeployment();
  });
  afterEach(async () => {
    await expectNothingLeft(deployment.lab);
  });

  const parameters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'an unknown parameter': { replicas: '3' },
    'an unknown cluster': { cluster: 'elsewhere' },
    'arbiter without replica 3': { replica: '1', arbiter: '1' },
    'disperse with replica': { disperse: '3', redundancy: '1', replica: '3' },
    'replica 2 without consent': { replica: '2' },
    'an option that is a path': { options: 'changelog.changelog-dir=/etc' },
  };
  for (const [what, given] of Object.entries(parameters)) {
    it(`${what} is refused and makes nothing`, async () => {
      const request = { name: 'refused', bytes: BYTES, parameters: given };
      const refused = await failureOf(CsiVolume.create(deployment, request));
      expect(refused.code).to.equal('INVALID_ARGUMENT');
    });
  }

  it('a name taken by another request is refused', async () => {
    const volume = await CsiVolume.create(deployment, { name: 'taken', bytes: BYTES });
    const refused = await failureOf(CsiVolume.create(deployment, { name: 'taken', bytes: BYTES * 2n }));
    expect(refused.code).to.equal('ALREADY_EXISTS');
    await volume.delete();
  });

  it('a target that is something else already is refused and stays as it is', async () => {
    const volume = await CsiVolume.create(deployment, { name: 'misplaced', bytes: BYTES });
    await volume.stage(1);
    const worker = deployment.lab.worker(1);
    const target = volume.targetPath(1);
    await worker.must(['mkdir', '-p', target]);
    await worker.must(['mount', '-t', 'tmpfs', 'tmpfs', target]);
    expect((await failureOf(volume.publish(1))).code).to.equal('ALREADY_EXISTS');
    expect(await worker.must(['findmnt', '--noheadings', '--output', 'FSTYPE', target])).to.equal('tmpfs\n');
    await worker.must(['umount', target]);
    await volume.unstage(1);
    await volume.delete();
  });

  it('a volume made by hand may be staged, and is not deleted', async () => {
    const server = deployment.lab.server(1);
    await server.mustGluster(['volume', 'create', 'by-hand', 'g1:/srv/by-hand', 'force']);
    await server.mustGluster(['volume', 'start', 'by-hand']);
    const worker = deployment.lab.worker(1);
    const volumeId = 'gl1:volume:pool:by-hand';
    const stagingTargetPath = `${worker.folder}/kubelet/staging/by-hand`;
    await worker.must(['mkdir', '-p', stagingTargetPath]);
    const { node } = deployment.node(1);
    await node.NodeStageVolume({ volumeId, stagingTargetPath, volumeCapability: toCapability({}) });
    await worker.must(['touch', `${stagingTargetPath}/file`]);
    await node.NodeUnstageVolume({ volumeId, stagingTargetPath });
    const refused = await failureOf(deployment.controllerClient.controller.DeleteVolume({ volumeId }));
    expect(refused.code).to.equal('FAILED_PRECONDITION');
    await server.mustGluster(['volume', 'stop', 'by-hand']);
    await server.mustGluster(['volume', 'delete', 'by-hand']);
  });

  it('a volume that does not exist is not staged', async () => {
    const worker = deployment.lab.worker(1);
    const stagingTargetPath = `${worker.folder}/kubelet/staging/nowhere`;
    await worker.must(['mkdir', '-p', stagingTargetPath]);
    const refused = await failureOf(
      deployment.node(1).node.NodeStageVolume({
        volumeId: 'gl1:volume:pool:nowhere',
        stagingTargetPath,
        volumeCapability: toCapability({}),
      }),
    );
    expect(['NOT_FOUND', 'UNAVAILABLE']).to.include(refused.code);
    expect(await worker.must(['findmnt', '--raw', '--noheadings'])).not.to.include('nowhere');
  });
});
