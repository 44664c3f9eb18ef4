import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { errorOf } from './controller-harness.ts';
import { capability, ID, type NodeHarness, STAGING, startNode, TARGET } from './node-harness.ts';

describe('node, a directory of a volume', () => {
  let node: NodeHarness;
  beforeEach(async () => {
    node = await startNode();
    node.host.makeInVolume('one', 'team/data');
    node.host.makeInVolume('one', 'other');
  });
  afterEach(() => node[Symbol.asyncDispose]());
  const volumeId = 'gl1:subvol:east:one/team/data';

  it('walks through its life beside its volume and another directory, and leaves nothing', async () => {
    const all = [
      [ID, 'g1:/one'],
      [volumeId, 'g1:/one/team/data'],
      ['gl1:subvol:east:one/other', 'g1:/one/other'],
    ] as const;
    const paths = all.map(([id], n) => ({
      volumeId: id,
      stagingTargetPath: `${STAGING}${n}`,
      targetPath: `${TARGET}${n}`,
    }));
    for (const path of paths) for (const _ of [1, 2]) await node.stage(path);
    for (const path of paths) for (const _ of [1, 2]) await node.publish(path);
    const mounts = await node.host.mounts();
    expect(node.host.clients).to.equal(3);
    for (const [n, [, source]] of all.entries()) {
      const here = mounts.filter(({ target }) => target === `${TARGET}${n}` || target === `${STAGING}${n}`);
      expect(here.map((mount) => mount.source)).to.deep.equal([source, source]);
    }
    for (const path of paths) for (const _ of [1, 2]) await node.unpublish(path);
    for (const path of paths) for (const _ of [1, 2]) await node.unstage(path);
    expect(await node.host.mounts()).to.deep.equal([]);
    expect(node.host.clients).to.equal(0);
  });

  it('is neither the volume nor another directory at the same path', async () => {
    await node.stage({ volumeId });
    for (const other of [ID, 'gl1:subvol:east:one/other', 'gl1:subvol:east:one/team']) {
      const stage = await errorOf(node.stage({ volumeId: other }));
      expect(stage.code, other).to.equal(status.ALREADY_EXISTS);
      expect(stage.details).to.match(/carries g1:\/one\/team\/data/);
      expect((await errorOf(node.publish({ volumeId: other }))).code, other).to.equal(
        status.FAILED_PRECONDITION,
      );
      await node.unstage({ volumeId: other });
    }
    expect((await node.host.mounts()).length).to.equal(1);
  });

  it('is not found when the volume has none', async () => {
    const error = await errorOf(node.stage({ volumeId: 'gl1:subvol:east:one/gone' }));
    expect(error.code).to.equal(status.NOT_FOUND);
    expect(await node.host.mounts()).to.deep.equal([]);
  });

  it('can be read-only', async () => {
    const mode = { volumeCapability: capability('MULTI_NODE_READER_ONLY') };
    await node.stage({ volumeId, ...mode });
    await node.publish({ volumeId, ...mode });
    const published = (await node.host.mounts()).find(({ target }) => target === TARGET);
    expect(published?.options).to.include('ro');
  });
});
