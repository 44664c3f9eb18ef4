import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { call as newCall } from '../contract/backend.ts';
import {
  type BlockNodeHarness,
  fails,
  GIB,
  RAW,
  STAGING,
  startBlockNode,
  TARGET,
  TARGET_2,
  WRITER,
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
      await fails(node.unstage(), status.DEADLINE_EXCEEDED, /does not answer/);
      await fails(node.stage(), status.DEADLINE_EXCEEDED, /does not answer/);
      node.host.setClient(`${STAGING}/client`, 'live');
      await node.stage();
      await node.unstage();
      expect(await node.host.mounts()).to.deep.equal([]);
    });
  });

  describe('a device that is not found while its client does not answer', () => {
    beforeEach(async () => {
      await node.stage({ volumeCapability: RAW });
      using _use = node.host.hideUse('/dev/loop0');
      await fails(node.unstage(), status.FAILED_PRECONDITION, /still in use on this node/);
      node.host.forgetNamespace();
    });

    it('keeps the volume staged until the client answers', async () => {
      using use = node.host.hideUse('/dev/loop0');
      node.host.setClient(`${STAGING}/client`, 'hung');
      await fails(node.unstage(), status.DEADLINE_EXCEEDED, /does not answer/);
      node.host.setClient(`${STAGING}/client`, 'live');
      node.host.setVolume('h1', 'stopped');
      await fails(node.unstage(), status.UNAVAILABLE, /lost its servers/);
      node.host.setVolume('h1', 'started');
      await fails(node.unstage(), status.FAILED_PRECONDITION, /still in use on this node/);
      use[Symbol.dispose]();
      await node.unstage();
      expect([node.host.devices, node.host.clients]).to.deep.equal([[], 0]);
    });

    it('is never joined by a second one', async () => {
      using use = node.host.hideUse('/dev/loop0');
      node.host.setClient(`${STAGING}/client`, 'hung');
      await fails(node.stage(), status.DEADLINE_EXCEEDED, /does not answer/);
      node.host.setClient(`${STAGING}/client`, 'live');
      await fails(node.stage(), status.UNAVAILABLE, /is still in use; retry/);
      expect(node.host.devices).to.deep.equal(['/dev/loop0']);
      use[Symbol.dispose]();
      await node.stage();
      expect(node.host.devices).to.deep.equal(['/dev/loop0']);
    });
  });

  describe('a path that became another disk’s', () => {
    it('is neither detached nor given to pods', async () => {
      await node.stage({ volumeCapability: RAW });
      node.host.replaceDevice('/dev/loop0', '/elsewhere/client/disk');
      await node.publish({ volumeCapability: RAW });
      expect((await mountAt(TARGET))?.root).to.equal('/loop1');
      await node.unpublish();
      node.host.replaceDevice('/dev/loop1', '/elsewhere/client/disk');
      await node.unstage();
      expect(await node.host.mounts()).to.deep.equal([]);
      expect(node.host.devices).to.deep.equal(['/dev/loop0', '/dev/loop1']);
    });

    it('is not formatted', async () => {
      const { content } = node.host;
      node.host.content = async (disk, call) => {
        const found = await content.call(node.host, disk, call);
        node.host.replaceDevice(disk.device, '/elsewhere/client/disk');
        return found;
      };
      await fails(node.stage(), status.ABORTED, /is not made of .* any more; retry/);
      expect([node.disk.formatted, node.host.devices]).to.deep.equal([0, ['/dev/loop0']]);
    });
  });

  it('gives a larger clone the whole of its size, also when that was interrupted', async () => {
    const clone = () => Object.assign(node.disk, { content: 'xfs', fileSystemBytes: GIB / 2n });
    clone();
    const reader = { volumeCapability: WRITER, publishContext: { readonly: 'true' } };
    await node.stage(reader);
    expect(node.disk.fileSystemBytes).to.equal(GIB / 2n);
    await node.unstage();
    await node.stage();
    expect(node.disk.fileSystemBytes).to.equal(GIB);
    clone();
    await node.stage();
    expect(node.disk.fileSystemBytes).to.equal(GIB);
  });

  it('does not go on with a device that a kill left without direct I/O', async () => {
    await node.stage({ volumeCapability: RAW });
    node.host.loseDirect('/dev/loop0');
    await node.host.unmount(`${STAGING}/device`, newCall());
    const { detachLoop } = node.host;
    const gone: string[] = [];
    node.host.detachLoop = (loop, call) => {
      gone.push(loop.path);
      return detachLoop.call(node.host, loop, call);
    };
    await node.stage({ volumeCapability: RAW });
    expect(gone).to.deep.equal(['/dev/loop0']);
  });

  it('does not take a writable device for one that is to be read, nor the other way round', async () => {
    const reader = { volumeCapability: RAW, publishContext: { readonly: 'true' } };
    await node.stage({ volumeCapability: RAW });
    await fails(node.stage(reader), status.ALREADY_EXISTS, /its device is writable; unstage it first/);
    await node.unstage();
    await node.stage(reader);
    await fails(
      node.stage({ volumeCapability: RAW }),
      status.ALREADY_EXISTS,
      /its device is read-only; unstage it first/,
    );
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
