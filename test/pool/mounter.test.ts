import { expect } from 'chai';
import { MounterWorld, PLUGIN_DIRECTORY } from './lab/mounter-world.ts';
import { until } from './lab/until.ts';
import { VolumeWriter } from './lab/volume-writer.ts';
import { signalClient } from './lab/worker-host.ts';

const VOLUME = 'gl1:volume:pool:one';
const STAGING = '/srv/kubelet/plugins/kubernetes.io/csi/file.csi.gluster.org/0123abcd/globalmount';
const TARGET = '/srv/kubelet/pods/a/mount';
const volumeCapability = { mount: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' as const } };

describe('the mounter', () => {
  let world: MounterWorld;
  let writer: VolumeWriter;
  before(async function () {
    this.timeout(120_000);
    world = await MounterWorld.up('mounter');
  });
  after(() => world[Symbol.asyncDispose]());

  beforeEach(async () => {
    await world.worker.must(['mkdir', '-p', STAGING, '/srv/kubelet/pods/a']);
    await world.csi.node.NodeStageVolume({ volumeId: VOLUME, stagingTargetPath: STAGING, volumeCapability });
    await world.csi.node.NodePublishVolume({
      volumeId: VOLUME,
      stagingTargetPath: STAGING,
      targetPath: TARGET,
      volumeCapability,
    });
    writer = await VolumeWriter.start(world.worker, TARGET);
  });
  afterEach(async () => {
    if (!world.mounter.isRunning) await world.mounter.start();
    if (!world.node.isRunning) await world.startNode();
    await writer.stop();
    await world.csi.node.NodeUnpublishVolume({ volumeId: VOLUME, targetPath: TARGET });
    await world.csi.node.NodeUnstageVolume({ volumeId: VOLUME, stagingTargetPath: STAGING });
    expect(await world.directories()).to.deep.equal([]);
    expect(await world.cgroups()).to.deep.equal([]);
    const { stdout } = await world.worker.exec(['pgrep', '-a', '-x', 'glusterfs']);
    expect(stdout).to.equal('');
  });

  const mountPoint = async () =>
    `${PLUGIN_DIRECTORY}/clients/${(await world.directories())[0]}/${STAGING.slice('/srv/kubelet/'.length)}`;

  it('keeps clients that node service and mounter may die beside', async () => {
    await world.node.kill();
    await world.mounter.kill();
    await writer.writesOn();
    await world.startNode();
    await world.mounter.start();
    await writer.writesOn();
    expect(await writer.errors()).to.deep.equal([]);
    expect(await writer.lost()).to.equal(0);
    expect((await world.clients()).map(({ volume, alive, old }) => ({ volume, alive, old }))).to.deep.equal([
      { volume: 'one', alive: true, old: false },
    ]);
  });

  for (const signal of ['KILL', 'TERM']) {
    it(`replaces a client that died of SIG${signal}, in the pods too`, async () => {
      const killed = await mountPoint();
      await signalClient(world.worker, killed, signal);
      await until('the writer met the death', async () => (await writer.errors()).length > 0);
      await writer.writesOn();
      expect(await writer.lost()).to.equal(0);
      await until('the dead one is gone', async () => (await world.directories()).length === 1);
      expect(await mountPoint()).to.not.equal(killed);
    });
  }

  it('swaps the clients of an older mounter under a writer', async () => {
    const [old] = await world.clients();
    const id = `client of ${Date.now()}`;
    await world.upgradeMounter(id);
    await until('the client is new', async () => (await world.clients()).every((one) => one.clientId === id));
    await until('the old one has ended', async () => (await world.clients()).length === 1, {
      timeoutMs: 30_000,
    });
    await writer.writesOn();
    expect(await writer.errors()).to.deep.equal([]);
    expect(await writer.lost()).to.equal(0);
    expect((await world.clients())[0]?.id).to.not.equal(old?.id);
  });
});
