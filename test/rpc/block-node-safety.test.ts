import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  type BlockNodeHarness,
  fails,
  RAW,
  STAGING,
  startBlockNode,
  TARGET,
  TARGET_2,
} from './block-node-harness.ts';

const OTHER_STAGING = '/kubelet/staging/elsewhere';

describe('block node keeps data', () => {
  let node: BlockNodeHarness;
  beforeEach(async () => {
    node = await startBlockNode();
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const mountAt = async (target: string) =>
    (await node.host.mounts()).findLast((mount) => mount.target === target);

  describe('never two file systems of one disk', () => {
    it('at two staging paths', async () => {
      await node.stage();
      await fails(
        node.stage({ stagingTargetPath: OTHER_STAGING }),
        status.FAILED_PRECONDITION,
        /is staged at \/kubelet\/staging\/one; unstage it there first/,
      );
    });

    it('when it is unstaged while pods have it, or something here unseen does', async () => {
      await node.stage();
      await node.publish();
      await fails(node.unstage(), status.FAILED_PRECONDITION, /is published at .*; unpublish it there first/);
      await node.unpublish();
      {
        using _use = node.host.hideUse('/dev/loop0');
        await fails(node.unstage(), status.FAILED_PRECONDITION, /still in use on this node/);
        await fails(node.stage(), status.UNAVAILABLE, /so did undoing it: .* is still in use; retry/);
      }
      await node.unstage();
      expect([node.host.devices, node.host.clients]).to.deep.equal([[], 0]);
    });

    it('when its client hangs: what was not written could still come', async () => {
      await node.stage();
      node.host.setClient(`${STAGING}/client`, 'hung');
      await fails(node.unstage(), status.DEADLINE_EXCEEDED, /does not end/);
      await fails(node.stage(), status.DEADLINE_EXCEEDED, /does not answer/);
      node.host.setClient(`${STAGING}/client`, 'live');
      await node.stage();
      await node.unstage();
      expect(await node.host.mounts()).to.deep.equal([]);
    });
  });

  describe('a client that died', () => {
    it('is replaced together with all that was made on it, by a stage and by a publish', async () => {
      await node.stage();
      await node.publish();
      node.host.setClient(`${STAGING}/client`, 'dead');
      await node.publish({ targetPath: TARGET_2 });
      const [old, fresh] = [await mountAt(TARGET), await mountAt(TARGET_2)];
      expect(old?.device).to.not.equal(fresh?.device);
      await node.publish();
      expect((await mountAt(TARGET))?.device).to.equal(fresh?.device);
      for (const targetPath of [TARGET, TARGET_2]) await node.unpublish({ targetPath });
      await node.unstage();
      expect([node.host.devices, node.host.clients]).to.deep.equal([[], 0]);
      expect(node.disk.formatted).to.equal(1);
    });

    it('lets everything be taken away', async () => {
      await node.stage({ volumeCapability: RAW });
      await node.publish({ volumeCapability: RAW });
      node.host.setClient(`${STAGING}/client`, 'dead');
      await node.unpublish();
      await node.unstage();
      expect(await node.host.mounts()).to.deep.equal([]);
      expect([node.host.devices, node.host.clients]).to.deep.equal([[], 0]);
    });
  });

  it('mounts a file system anew that failed, once no pod has it', async () => {
    await node.stage();
    await node.publish();
    node.host.failFileSystem(TARGET);
    await fails(
      node.publish({ targetPath: TARGET_2 }),
      status.FAILED_PRECONDITION,
      /still in use on this node/,
    );
    await node.unpublish();
    await node.publish({ targetPath: TARGET_2 });
    expect((await mountAt(TARGET_2))?.fsType).to.equal('xfs');
  });

  it('waits for servers that are away', async () => {
    await node.stage();
    node.host.setVolume('h1', 'stopped');
    await fails(node.stage(), status.UNAVAILABLE, /lost its servers/);
    node.host.setVolume('h1', 'started');
    await node.stage();
  });
});
