import { expect } from 'chai';
import { Container } from '../host/container.ts';
import { failureOf } from './lab/grpc-failure.ts';
import { MounterWorld, PLUGIN_DIRECTORY } from './lab/mounter-world.ts';
import { until } from './lab/until.ts';
import { FORGET_OTHERS, VolumeWriter } from './lab/volume-writer.ts';
import { clientsOf, signalClient } from './lab/worker-host.ts';

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
    // The process of a client that was swapped may outlive its mounts, and the release: the next one takes its group.
    await until('the cgroups are gone', async () => (await world.cgroups()).length === 0, {
      timeoutMs: 60_000,
    });
    expect(await clientsOf(world.worker)).to.deep.equal([]);
    // The volume can be deleted at once.
    expect(await connected()).to.not.match(/fuse/);
  });

  const mountPoint = async () =>
    `${PLUGIN_DIRECTORY}/clients/${(await world.directories())[0]}/${STAGING.slice('/srv/kubelet/'.length)}`;

  const connected = () => world.lab.lab.server(1).mustGluster(['volume', 'status', 'one', 'client-list']);

  it('keeps clients that node service and mounter may die beside', async () => {
    await world.node.kill();
    await world.mounter.kill();
    await writer.writesOn();
    await world.startNode();
    await world.mounter.start();
    await writer.writesOn();
    expect(await writer.errors()).to.deep.equal([]);
    expect(await writer.lost()).to.equal(0);
    expect(await connected()).to.match(/fuse/);
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
    await until('the old one has ended', async () => (await clientsOf(world.worker)).length === 1, {
      timeoutMs: 30_000,
    });
    await until('its directory is gone', async () => (await world.clients()).length === 1);
    await writer.writesOn();
    expect(await writer.errors()).to.deep.equal([]);
    expect(await writer.lost()).to.equal(0);
    expect((await world.clients())[0]?.id).to.not.equal(old?.id);
  });

  it('repairs a read-only directory of the volume in a pod, and leaves it read-only', async () => {
    await world.worker.must(['mkdir', '-p', `${TARGET}/sub`]);
    await world.worker.must(['touch', `${TARGET}/sub/file`]);
    const container = await Container.start(world.worker, [
      `mount --bind ${TARGET}/sub /mnt && mount -o remount,bind,ro,nosuid /mnt`,
      FORGET_OTHERS,
    ]);
    try {
      await signalClient(world.worker, await mountPoint(), 'KILL');
      await until(
        'the pod reads again',
        async () => (await container.exec(['ls', '/mnt'])).stdout === 'file\n',
      );
      const { stderr } = await container.exec(['touch', '/mnt/file']);
      expect(stderr).to.match(/Read-only file system/);
      await until('the dead one is gone', async () => (await world.directories()).length === 1);
      await writer.writesOn();
    } finally {
      await container.stop();
    }
  });

  it('waits for servers that are away when a client dies, and serves once they are back', async () => {
    const server = world.lab.lab.server(1);
    await server.powerCut();
    await signalClient(world.worker, await mountPoint(), 'KILL');
    await until(
      'starting a client has failed',
      () => /cannot be replaced; trying again/.test(world.mounter.log()),
      {
        timeoutMs: 90_000,
      },
    );
    expect((await world.directories()).length).to.equal(1);
    await server.boot();
    await server.startGlusterd();
    await writer.writesOn(90_000);
    expect(await writer.lost()).to.equal(0);
    await until('the dead one is gone', async () => (await world.directories()).length === 1);
  });

  it('releases a client whose record was destroyed', async () => {
    const [id = ''] = await world.directories();
    await world.worker.must(['sh', '-c', `echo torn >${PLUGIN_DIRECTORY}/clients/${id}/client.json`]);
    await writer.writesOn();
    expect((await world.clients()).map((one) => one.alive)).to.deep.equal([true]);
  });

  it('leaves nothing when its directory cannot be written, and names the remedy', async () => {
    const full = '/srv/full';
    await world.worker.must(['mkdir', '-p', full]);
    await world.worker.must(['mount', '-t', 'tmpfs', '-o', 'size=4k,nr_inodes=3', 'tmpfs', full]);
    await world.worker.must(['sh', '-c', `head -c 4096 /dev/zero >${full}/fill`]);
    await world.worker.must(['mount', '--bind', full, `${PLUGIN_DIRECTORY}/clients`]);
    try {
      const staging = STAGING.replace('0123abcd', 'full');
      await world.worker.must(['mkdir', '-p', staging]);
      const two = { volumeId: 'gl1:volume:pool:two', stagingTargetPath: staging, volumeCapability };
      const failure = await failureOf(world.csi.node.NodeStageVolume(two));
      expect(failure.code).to.equal('RESOURCE_EXHAUSTED');
      expect(failure.message).to.match(/disk is full; free some space/);
      expect(await world.directories()).to.deep.equal(['fill']);
    } finally {
      await world.worker.must(['umount', `${PLUGIN_DIRECTORY}/clients`]);
      await world.worker.must(['umount', full]);
    }
    await writer.writesOn();
  });
});
