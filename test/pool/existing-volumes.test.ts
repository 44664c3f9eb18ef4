import { expect } from 'chai';
import { INLINE_VOLUMES } from './lab/config-files.ts';
import { CsiVolume, MIB, toCapability } from './lab/csi-volume.ts';
import type { Deployment } from './lab/deployment.ts';
import { expectNothingLeft } from './lab/expect-nothing-left.ts';
import { DEVICE_ROOT } from './lab/gluster-server.ts';
import { failureOf } from './lab/grpc-failure.ts';
import type { Machine } from './lab/machine.ts';
import { until } from './lab/until.ts';
import { clientsOf } from './lab/worker-host.ts';
import { sharedDeployment } from './shared-deployment.ts';

const [BY_HAND] = INLINE_VOLUMES;
const BRICK = `${DEVICE_ROOT}/disk2/${BY_HAND}`;
const POD = '5b0f3a86-8a4c-4f0e-9d52-0b1f6f2a7c11';
const INLINE_ID = `csi-${'a'.repeat(64)}`;
const KEY = 'csi.storage.k8s.io/';

/** Volumes that were there before the driver: in PersistentVolumes made by hand, and in pods' own specs. */
describe('existing volumes', () => {
  let deployment: Deployment;
  let worker: Machine;
  before(async () => {
    deployment = await sharedDeployment();
    worker = deployment.lab.worker(1);
    const server = deployment.lab.server(1);
    const bricks = deployment.lab.servers.map(({ name }) => `${name}:${BRICK}`);
    await server.mustGluster(['volume', 'create', BY_HAND, 'replica', '3', ...bricks]);
    await server.mustGluster(['volume', 'start', BY_HAND]);
    const whole = byHand('seed', `gl1:volume:pool:${BY_HAND}`);
    const target = await whole.mount(1);
    await worker.must(['mkdir', '-p', `${target}/team/data`, `${target}/other`]);
    await worker.must(['ln', '-s', 'team', `${target}/link`]);
    await whole.unmount(1);
  });
  afterEach('nothing is left on the nodes', async () => {
    for (const machine of deployment.lab.workers) {
      const { stdout } = await machine.exec(['findmnt', '--raw', '--noheadings', '-t', 'fuse.glusterfs']);
      expect(stdout).to.equal('');
      await until('all clients ended', async () => (await clientsOf(machine)).length === 0);
    }
  });
  after(async () => {
    const server = deployment.lab.server(1);
    await server.mustGluster(['volume', 'stop', BY_HAND, 'force']);
    await server.mustGluster(['volume', 'delete', BY_HAND]);
    for (const { machine } of deployment.lab.servers) await machine.must(['rm', '-rf', BRICK]);
    await expectNothingLeft(deployment.lab);
  });

  const byHand = (name: string, id: string, change = {}) =>
    CsiVolume.byHand(deployment, { name, bytes: 0n, ...change }, id);
  const directory = (path: string) => `gl1:subvol:pool:${BY_HAND}/${path}`;

  it('are mounted whole and by directory, side by side and on both nodes', async () => {
    const all = [
      byHand('whole', `gl1:volume:pool:${BY_HAND}`),
      byHand('data', directory('team/data')),
      byHand('other', directory('other')),
    ];
    for (const node of [1, 2]) for (const volume of all) await volume.mount(node);
    const [whole = '', data = '', other = ''] = all.map((volume) => volume.targetPath(1));
    await worker.must(['sh', '-c', 'echo data > "$0/file"', data]);
    await worker.must(['sh', '-c', 'echo other > "$0/file"', other]);
    expect(await worker.must(['cat', `${whole}/team/data/file`])).to.equal('data\n');
    const second = deployment.lab.worker(2);
    expect(await second.must(['cat', `${all[2]?.targetPath(2)}/file`])).to.equal('other\n');
    expect(await second.must(['ls', '-A', `${all[1]?.targetPath(2)}`])).to.equal('file\n');
    for (const volume of all) await volume.publish(1, { pod: 'again' });
    for (const volume of all) await volume.unpublish(1, 'again');
    for (const node of [1, 2]) for (const volume of all) await volume.unmount(node);
  });

  it('are read-only for readers', async () => {
    const volume = byHand('readers', directory('other'), { mode: 'MULTI_NODE_READER_ONLY' });
    const target = await volume.mount(1);
    expect((await worker.exec(['touch', `${target}/file`])).stderr).to.match(/Read-only file system/);
    await volume.unmount(1);
  });

  it('say which directory is not there, and that a link is none', async () => {
    const gone = await failureOf(byHand('gone', directory('team/gone')).stage(1));
    expect(gone.code).to.equal('NOT_FOUND');
    expect(gone.message).to.match(/by-hand has no directory team\/gone; make it/);
    const link = await failureOf(byHand('link', directory('link')).stage(1));
    expect(link.message).to.match(/link of by-hand gives an I\/O error; is it a directory\?/);
    const above = await failureOf(byHand('above', directory('../by-hand')).stage(1));
    expect(above.message).to.match(/neither "\." nor "\.\."/);
  });

  it('are never deleted, and directories not expanded', async () => {
    const { controller } = deployment.controllerClient;
    for (const volumeId of [`gl1:volume:pool:${BY_HAND}`, directory('team')]) {
      expect((await failureOf(controller.DeleteVolume({ volumeId }))).code).to.equal('FAILED_PRECONDITION');
    }
    const volumeId = directory('team');
    const capacityRange = { requiredBytes: String(MIB * 1024n) };
    const refused = await failureOf(controller.ControllerExpandVolume({ volumeId, capacityRange }));
    expect(refused.code).to.equal('INVALID_ARGUMENT');
    const told = await controller.ControllerGetVolume({ volumeId });
    expect(told.volume).to.include({ volumeId, capacityBytes: '0' });
    const confirmed = await controller.ValidateVolumeCapabilities({
      volumeId,
      volumeCapabilities: [toCapability({})],
    });
    expect(confirmed.confirmed).to.not.equal(null);
  });

  describe('in a pod’s own spec', () => {
    const targetPath = () => `${worker.folder}/kubelet/pods/${POD}/volumes/kubernetes.io~csi/old/mount`;
    const publish = async (attributes: Record<string, string>, readonly = false) => {
      const target = targetPath();
      await worker.must(['mkdir', '-p', target.slice(0, target.lastIndexOf('/'))]);
      await deployment.node(1).node.NodePublishVolume({
        volumeId: INLINE_ID,
        targetPath: target,
        readonly,
        volumeCapability: toCapability({ mode: 'SINGLE_NODE_WRITER' }),
        volumeContext: {
          [`${KEY}ephemeral`]: 'true',
          [`${KEY}pod.namespace`]: 'dev',
          [`${KEY}pod.uid`]: POD,
          ...attributes,
        },
      });
      return target;
    };
    const unpublish = () =>
      deployment.node(1).node.NodeUnpublishVolume({ volumeId: INLINE_ID, targetPath: targetPath() });

    it('are mounted, written and taken away', async () => {
      for (const attributes of [{ volume: `pool/${BY_HAND}` }, { volume: `pool/${BY_HAND}/team/data` }]) {
        const target = await publish(attributes);
        await publish(attributes);
        await worker.must(['touch', `${target}/from-a-pod`]);
        await deployment.node(1).node.NodeGetVolumeStats({ volumeId: INLINE_ID, volumePath: target });
        await unpublish();
        await unpublish();
      }
      const target = await publish({ volume: `pool/${BY_HAND}` }, true);
      expect((await worker.exec(['touch', `${target}/file`])).stderr).to.match(/Read-only file system/);
      await unpublish();
    });

    const classes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      'claimed-loop': {},
      'claimed-directory': { brickType: 'directory', replica: '1' },
      'claimed-disperse': { disperse: '3', redundancy: '1' },
    };
    for (const [name, parameters] of Object.entries(classes)) {
      it(`are refused when they were provisioned: ${name}`, async () => {
        const volume = await CsiVolume.create(deployment, { name, bytes: 320n * MIB, parameters });
        try {
          const refused = await failureOf(publish({ volume: `pool/${volume.glusterName}` }));
          expect(refused.code).to.equal('PERMISSION_DENIED');
          expect(refused.message).to.match(
            /was provisioned for a claim.* mount it by that PersistentVolumeClaim/,
          );
          expect((await worker.exec(['ls', targetPath()])).exitCode).to.not.equal(0);
        } finally {
          await until('deleted', () =>
            volume.delete().then(
              () => true,
              () => false,
            ),
          );
        }
      });
    }

    it('are refused to another namespace', async () => {
      const refused = await failureOf(
        publish({ volume: `pool/${BY_HAND}`, [`${KEY}pod.namespace`]: 'prod' }),
      );
      expect(refused.code).to.equal('PERMISSION_DENIED');
    });
  });
});
