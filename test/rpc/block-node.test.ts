import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { BLOCK_NODE_CAPABILITIES } from '../../src/csi/block-node/block-node-service.ts';
import {
  type BlockNodeHarness,
  fails,
  GIB,
  ID,
  mountedAs,
  OTHER_ID,
  RAW,
  STAGING,
  startBlockNode,
  TARGET,
  TARGET_2,
} from './block-node-harness.ts';

const READER = {
  volumeCapability: mountedAs({ mode: 'MULTI_NODE_READER_ONLY' }),
  publishContext: { readonly: 'true' },
};

describe('block node', () => {
  let node: BlockNodeHarness;
  beforeEach(async () => {
    node = await startBlockNode();
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const mountAt = async (target: string) =>
    (await node.host.mounts()).findLast((mount) => mount.target === target);

  it('tells its id with its addresses, and capabilities that it has the methods for', async () => {
    expect(await node.rpc('NodeGetInfo', {})).to.deep.equal({
      nodeId: 'node-1@10.0.0.5,fd00::5',
      maxVolumesPerNode: '0',
      accessibleTopology: null,
    });
    const { capabilities } = await node.rpc('NodeGetCapabilities', {});
    expect(capabilities.map((one) => one.rpc?.type)).to.deep.equal(BLOCK_NODE_CAPABILITIES);
  });

  for (const [what, volumeCapability] of [
    ['file system', mountedAs()],
    ['device', RAW],
  ] as const) {
    it(`walks a ${what} through its life, each step twice, and leaves nothing`, async () => {
      const change = { volumeCapability };
      for (const _ of [1, 2]) await node.stage(change);
      for (const _ of [1, 2]) await node.publish(change);
      for (const _ of [1, 2]) await node.publish({ ...change, targetPath: TARGET_2 });
      expect(node.host.devices).to.deep.equal(['/dev/loop0']);
      expect(node.host.clients).to.equal(1);
      const [one, two] = [await mountAt(TARGET), await mountAt(TARGET_2)];
      expect([one?.device, one?.root]).to.deep.equal([two?.device, two?.root]);
      const { usage } = await node.rpc('NodeGetVolumeStats', { volumeId: ID, volumePath: TARGET });
      const staged = await node.rpc('NodeGetVolumeStats', { volumeId: ID, volumePath: STAGING });
      expect(staged.usage).to.deep.equal(usage);
      expect(usage[0]?.total).to.equal(String(GIB));
      for (const _ of [1, 2]) await node.unpublish();
      for (const _ of [1, 2]) await node.unpublish({ targetPath: TARGET_2 });
      for (const _ of [1, 2]) await node.unstage();
      expect(await node.host.mounts()).to.deep.equal([]);
      expect([node.host.devices, node.host.clients]).to.deep.equal([[], 0]);
      expect(node.host.paths.filter((path) => path.startsWith(`${STAGING}/`))).to.deep.equal([]);
      expect(node.host.paths).to.not.include.members([TARGET, TARGET_2]);
      expect(node.disk.formatted).to.equal(what === 'device' ? 0 : 1);
    });
  }

  describe('a file system', () => {
    it('is made once, and never where anything was written', async () => {
      for (const _ of [1, 2]) {
        await node.stage();
        await node.unstage();
      }
      expect([node.disk.formatted, node.disk.content]).to.deep.equal([1, 'xfs']);
      node.disk.content = 'other';
      await fails(
        node.stage(),
        status.FAILED_PRECONDITION,
        /holds no file system that is known, so none is made/,
      );
      expect(node.disk.formatted).to.equal(1);
      expect([node.host.devices, node.host.clients]).to.deep.equal([[], 0]);
    });

    it('is of the type asked for, or refused', async () => {
      await node.stage({ volumeCapability: mountedAs({ fsType: 'ext4' }) });
      expect(node.disk.content).to.equal('ext4');
      await fails(node.stage(), status.ALREADY_EXISTS, /staged otherwise: it has file system ext4/);
      await node.unstage();
      await fails(node.stage(), status.ALREADY_EXISTS, /has file system ext4, and xfs is asked for/);
    });

    it('is made again where making it was interrupted, before anybody had it', async () => {
      node.disk.content = 'other';
      node.disk.isMarked = true;
      await node.stage();
      expect([node.disk.formatted, node.disk.content, node.disk.isMarked]).to.deep.equal([1, 'xfs', false]);
    });

    it('stays when it is whole, though making it was told to be under way: that may have come late', async () => {
      await node.stage();
      await node.unstage();
      node.disk.isMarked = true;
      await node.stage();
      expect([node.disk.formatted, node.disk.content, node.disk.isMarked]).to.deep.equal([1, 'xfs', false]);
    });

    it('is not mounted when it is damaged', async () => {
      await node.stage();
      await node.unstage();
      node.disk.isDamaged = true;
      await fails(node.stage(), status.FAILED_PRECONDITION, /damaged/);
      expect([node.host.devices, node.host.clients]).to.deep.equal([[], 0]);
    });

    it('has the mount flags asked for', async () => {
      const change = { volumeCapability: mountedAs({ mountFlags: ['noatime', 'nodev'] }) };
      await node.stage(change);
      expect((await mountAt(`${STAGING}/volume`))?.options).to.include.members(['noatime', 'nodev']);
      await fails(node.stage(), status.ALREADY_EXISTS, /staged otherwise: it is mounted with nodev/);
    });
  });

  describe('readers', () => {
    it('have a device that nobody can write, and what others wrote', async () => {
      await node.stage();
      await node.unstage();
      await node.stage(READER);
      await node.publish(READER);
      expect((await mountAt(TARGET))?.options).to.include('ro');
      expect((await mountAt(`${STAGING}/client`))?.options).to.include('ro');
      await fails(node.stage(), status.ALREADY_EXISTS, /staged otherwise: it is mounted with ro/);
    });

    it('have nothing of a volume without a file system', async () => {
      await fails(node.stage(READER), status.FAILED_PRECONDITION, /no file system yet/);
      expect(node.disk.formatted).to.equal(0);
      expect([node.host.devices, node.host.clients]).to.deep.equal([[], 0]);
    });

    it('of one target leave the others writable', async () => {
      await node.stage();
      await node.publish({ readonly: true });
      await node.publish({ targetPath: TARGET_2 });
      expect((await mountAt(TARGET))?.options).to.include('ro');
      expect((await mountAt(TARGET_2))?.options).to.include('rw');
      await fails(node.publish(), status.ALREADY_EXISTS, /published read-only at/);
    });

    it('of a device are so on the whole node, since its node can be written anyway', async () => {
      await node.stage({ volumeCapability: RAW });
      await fails(
        node.publish({ volumeCapability: RAW, readonly: true }),
        status.INVALID_ARGUMENT,
        /make the PersistentVolume readOnly/,
      );
    });
  });

  it('gives a single writer’s volume to one pod', async () => {
    const single = { volumeCapability: mountedAs({ mode: 'SINGLE_NODE_SINGLE_WRITER' }) };
    await node.stage(single);
    await node.publish(single);
    await fails(
      node.publish({ ...single, targetPath: TARGET_2 }),
      status.FAILED_PRECONDITION,
      /single writer/,
    );
  });

  it('grows device and file system, or tells who has to act first', async () => {
    await node.stage();
    await node.publish();
    const expand = (required: bigint, volumePath = TARGET) =>
      node.rpc('NodeExpandVolume', {
        volumeId: ID,
        volumePath,
        capacityRange: { requiredBytes: String(required) },
      });
    await fails(expand(2n * GIB), status.FAILED_PRECONDITION, /expand the volume first/);
    node.disk.bytes = 2n * GIB;
    for (const path of [TARGET, STAGING, `${STAGING}/volume`]) {
      expect((await expand(2n * GIB, path)).capacityBytes).to.equal(String(2n * GIB));
    }
    expect(node.disk.fileSystemBytes).to.equal(2n * GIB);
    await fails(expand(GIB, '/kubelet/nothing'), status.NOT_FOUND, /is not mounted at/);
  });

  it('publishes only what was staged, to a path of its own', async () => {
    await fails(node.publish(), status.FAILED_PRECONDITION, /is not staged at/);
    await fails(node.publish({ stagingTargetPath: '' }), status.FAILED_PRECONDITION, /staging_target_path/);
    await node.stage();
    await fails(
      node.publish({ targetPath: STAGING }),
      status.INVALID_ARGUMENT,
      /is the staging path, or below/,
    );
    await fails(node.publish({ targetPath: `${STAGING}/volume` }), status.INVALID_ARGUMENT, /or below/);
    node.host.mountOther(TARGET);
    await fails(node.publish(), status.ALREADY_EXISTS, /carries tmpfs/);
    await fails(
      node.publish({ volumeId: OTHER_ID, targetPath: TARGET_2 }),
      status.ALREADY_EXISTS,
      /carries g1:\/h1\/one/,
    );
  });

  it('refuses what it does not serve, and says what it does', async () => {
    const stage = (change: Parameters<typeof mountedAs>[0]) =>
      node.stage({ volumeCapability: mountedAs(change) });
    await fails(
      stage({ mode: 'MULTI_NODE_MULTI_WRITER' }),
      status.INVALID_ARGUMENT,
      /file\.csi\.gluster\.org/,
    );
    await fails(stage({ mode: 'MULTI_NODE_SINGLE_WRITER' }), status.INVALID_ARGUMENT, /is not served/);
    await fails(stage({ fsType: 'btrfs' }), status.INVALID_ARGUMENT, /give one of xfs, ext4/);
    await fails(stage({ mountFlags: ['noatme'] }), status.INVALID_ARGUMENT, /did you mean "noatime"/);
    await fails(node.stage({ volumeId: 'gl1:volume:east:one' }), status.NOT_FOUND, /gl1:virtblock:/);
    await fails(node.stage({ volumeId: 'gl1:virtblock:west:h1/one' }), status.NOT_FOUND, /it has east/);
    await fails(
      node.stage({ volumeId: 'gl1:virtblock:east:h1/gone' }),
      status.NOT_FOUND,
      /h1 has no|no directory/,
    );
    expect([await node.host.mounts(), node.host.devices]).to.deep.equal([[], []]);
  });
});
