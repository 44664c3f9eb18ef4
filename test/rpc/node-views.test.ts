import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { errorOf } from './controller-harness.ts';
import { capability, type NodeHarness, STAGING, startNode, TARGET } from './node-harness.ts';

const VIEW = 'gl1:view:east:one/0123456789abcdef';
const OTHER = 'gl1:view:east:one/fedcba9876543210';

describe('node, a read-only view of a snapshot', () => {
  let node: NodeHarness;
  beforeEach(async () => {
    node = await startNode();
  });
  afterEach(() => node[Symbol.asyncDispose]());

  it('is mounted read-only beside another view of the same volume, and leaves nothing', async () => {
    const readers = { volumeCapability: capability('MULTI_NODE_READER_ONLY') };
    const paths = [VIEW, OTHER].map((volumeId, n) => ({
      ...readers,
      volumeId,
      stagingTargetPath: `${STAGING}${n}`,
      targetPath: `${TARGET}${n}`,
    }));
    for (const path of paths) for (const _ of [1, 2]) await node.stage(path);
    for (const path of paths) for (const _ of [1, 2]) await node.publish(path);
    const mounts = await node.host.mounts();
    expect(mounts.map(({ source }) => source)).to.deep.equal(['g1:/one', 'g1:/one', 'g1:/one', 'g1:/one']);
    for (const { options } of mounts) expect(options).to.include('ro');
    for (const path of paths) for (const _ of [1, 2]) await node.unpublish(path);
    for (const path of paths) for (const _ of [1, 2]) await node.unstage(path);
    expect(await node.host.mounts()).to.deep.equal([]);
    expect(node.host.clients).to.equal(0);
  });

  it('is not writable by way of a mount flag', async () => {
    const flags = {
      volumeCapability: {
        ...capability('SINGLE_NODE_READER_ONLY'),
        mount: { mountFlags: ['rw', 'noatime'] },
      },
    };
    await node.stage({ volumeId: VIEW, ...flags });
    await node.publish({ volumeId: VIEW, ...flags });
    for (const { options } of await node.host.mounts()) expect(options).to.include('ro');
  });

  it('is refused to writers, who are told what to ask for', async () => {
    await node.stage({ volumeId: VIEW, volumeCapability: capability('MULTI_NODE_READER_ONLY') });
    const modes = ['SINGLE_NODE_WRITER', 'MULTI_NODE_MULTI_WRITER', 'SINGLE_NODE_SINGLE_WRITER'] as const;
    for (const mode of modes) {
      const request = { volumeId: VIEW, volumeCapability: capability(mode) };
      for (const work of [node.stage(request), node.publish({ ...request, readonly: true })]) {
        const error = await errorOf(work);
        expect(error.code).to.equal(status.INVALID_ARGUMENT);
        expect(error.details).to.match(
          /access_mode: \w+ is not served: .*ReadOnlyMany.*restore the snapshot/,
        );
      }
    }
    expect(await node.host.mounts()).to.have.length(1);
  });
});
