import { expect } from 'chai';
import { MounterWorld } from './lab/mounter-world.ts';
import { until } from './lab/until.ts';
import { clientsOf } from './lab/worker-host.ts';

const FOLDER = '/srv/kubelet/plugins/kubernetes.io/csi';
const BLOCK = {
  volumeId: 'gl1:virtblock:pool:one/disk1',
  stagingTargetPath: `${FOLDER}/block.csi.gluster.org/4567/globalmount`,
  volumeCapability: { mount: { fsType: 'xfs' }, accessMode: { mode: 'SINGLE_NODE_WRITER' as const } },
};
/** What the mounter does with it at each look tells that it has looked at the other one too. */
const FILE = {
  volumeId: 'gl1:volume:pool:two',
  stagingTargetPath: `${FOLDER}/file.csi.gluster.org/0123/globalmount`,
  volumeCapability: { mount: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' as const } },
};
const TARGET = '/srv/kubelet/pods/a/mount';
const OTHER = '/srv/kubelet/pods/b/mount';

describe('virtblock: a block volume and the mounter', () => {
  let world: MounterWorld;
  before(async function () {
    this.timeout(120_000);
    world = await MounterWorld.up('block-mounter');
    await makeDisk();
  });
  after(() => world[Symbol.asyncDispose]());

  beforeEach(async () => {
    const { worker } = world;
    await worker.must(['mkdir', '-p', BLOCK.stagingTargetPath, FILE.stagingTargetPath]);
    await worker.must(['mkdir', '-p', '/srv/kubelet/pods/a', '/srv/kubelet/pods/b']);
    await world.csi.node.NodeStageVolume(FILE);
    await world.block.node.NodeStageVolume(BLOCK);
    await world.block.node.NodePublishVolume({ ...BLOCK, targetPath: TARGET });
    await write(TARGET, 'kept');
  });
  afterEach(async () => {
    for (const targetPath of [TARGET, OTHER]) {
      await world.block.node.NodeUnpublishVolume({ volumeId: BLOCK.volumeId, targetPath });
    }
    await world.block.node.NodeUnstageVolume(BLOCK);
    await world.csi.node.NodeUnstageVolume(FILE);
    await until('all clients ended', async () => (await clientsOf(world.worker)).length === 0);
    expect(await world.directories()).to.deep.equal([]);
    const { stdout } = await world.worker.exec([
      'losetup',
      '--list',
      '--noheadings',
      '--output',
      'BACK-FILE',
    ]);
    expect(stdout).to.not.include(`${BLOCK.stagingTargetPath}/client/disk`);
  });

  const write = (folder: string, text: string) =>
    world.worker.must(['sh', '-c', `echo ${text} > "$0/file" && sync "$0/file"`, folder]);
  const read = (folder: string) => world.worker.must(['cat', `${folder}/file`]);
  const clientOf = async (volume: string) => (await world.clients()).find((one) => one.volume === volume);

  async function makeDisk(): Promise<void> {
    const { worker, lab } = world;
    await worker.must(['mkdir', '-p', '/srv/by-hand']);
    await worker.must([
      'glusterfs',
      `--volfile-server=${lab.servers[0]}`,
      '--volfile-id=/one',
      '/srv/by-hand',
    ]);
    await worker.must(['mkdir', '/srv/by-hand/disk1']);
    await worker.must(['truncate', '-s', '320M', '/srv/by-hand/disk1/disk']);
    await worker.must(['umount', '/srv/by-hand']);
  }

  it('goes on without node service and mounter, and is unstaged by others that came after', async () => {
    await world.node.kill();
    await world.mounter.kill();
    await write(TARGET, 'without');
    await world.startNode();
    await world.mounter.start();
    expect(await read(TARGET)).to.equal('without\n');
  });

  it('keeps its client when a mounter of another release swaps the others', async () => {
    const before = await clientOf('one');
    await world.upgradeMounter(`client of ${Date.now()}`);
    await until('the other one is swapped', async () => (await clientOf('two'))?.old === false);
    expect(await clientOf('one')).to.deep.include({
      id: before?.id,
      pid: before?.pid,
      old: true,
      alive: true,
    });
    await write(TARGET, 'still');
    expect(await read(TARGET)).to.equal('still\n');
  });

  it('is not given another client when its own dies, and is staged anew by the next publish', async () => {
    const [block, file] = [await clientOf('one'), await clientOf('two')];
    await world.worker.must(['pkill', '-KILL', '-x', 'glusterfs']);
    await until('the other one is replaced', async () => {
      const now = await clientOf('two');
      return now?.alive === true && now.id !== file?.id;
    });
    expect(await clientOf('one')).to.deep.include({ id: block?.id, alive: false });
    await world.block.node.NodePublishVolume({ ...BLOCK, targetPath: OTHER });
    expect(await read(OTHER)).to.equal('kept\n');
  });
});
