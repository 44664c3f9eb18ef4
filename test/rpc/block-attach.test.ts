import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  type BlockHarness,
  NODE_1,
  NODE_2,
  READER,
  startBlockController,
} from './block-controller-harness.ts';
import { fails, mountedAs } from './block-node-harness.ts';

const GONE = 'gl1:virtblock:east:block-0a1b2c3d/gone';

describe('block controller: attach', () => {
  let controller: BlockHarness;
  beforeEach(async () => {
    controller = await startBlockController();
  });
  afterEach(() => controller[Symbol.asyncDispose]());

  describe('publish', () => {
    it('is for one writer, and names the node that has it', async () => {
      const id = await controller.create('one');
      await controller.publish(id);
      await fails(
        controller.publish(id, { nodeId: NODE_2 }),
        status.FAILED_PRECONDITION,
        /published to node node-1 as its writer; unpublish it there first/,
      );
      await fails(controller.publish(id, { readonly: true }), status.ALREADY_EXISTS, /as its writer/);
      const reader = { nodeId: NODE_2, volumeCapability: READER };
      await fails(controller.publish(id, reader), status.FAILED_PRECONDITION, /node-1/);
    });

    it('is for many that only read', async () => {
      const id = await controller.create('one');
      for (const nodeId of [NODE_1, NODE_2]) {
        const reply = await controller.publish(id, { nodeId, volumeCapability: READER });
        expect(reply.publishContext).to.deep.equal({ readonly: 'true', door: 'door1' });
      }
      expect(await controller.publishedTo(id)).to.have.members([NODE_1, NODE_2]);
      await fails(controller.publish(id), status.ALREADY_EXISTS, /read-only/);
      const third = { nodeId: 'node-3@10.0.0.3' };
      await fails(controller.publish(id, third), status.FAILED_PRECONDITION, /read-only/);
      await controller.rpc('ControllerUnpublishVolume', { volumeId: id });
      expect(await controller.publishedTo(id)).to.deep.equal([]);
    });

    it('is for one reader in a mode of a single node', async () => {
      const id = await controller.create('one');
      const single = { volumeCapability: mountedAs({ mode: 'SINGLE_NODE_READER_ONLY' }) };
      await controller.publish(id, single);
      await fails(
        controller.publish(id, { ...single, nodeId: NODE_2 }),
        status.FAILED_PRECONDITION,
        /node-1/,
      );
    });

    it('takes a node’s new addresses', async () => {
      const id = await controller.create('one');
      await controller.publish(id);
      await controller.publish(id, { nodeId: 'node-1@10.0.0.77' });
      expect(await controller.publishedTo(id)).to.deep.equal(['node-1@10.0.0.77']);
      await controller.unpublish(id);
      expect(await controller.publishedTo(id)).to.deep.equal([]);
    });

    it('is not made, and not taken away, unless the servers confirm it', async () => {
      const id = await controller.create('one');
      await controller.publish(id);
      controller.backend.isFenceLost = true;
      await fails(controller.unpublish(id), status.UNAVAILABLE, /do not confirm/);
      expect(await controller.publishedTo(id)).to.deep.equal([NODE_1]);
      controller.backend.isFenceLost = false;
      await controller.unpublish(id);
    });

    it('needs a volume and a node that there are', async () => {
      const id = await controller.create('one');
      await fails(controller.publish(GONE), status.NOT_FOUND, /does not exist/);
      for (const nodeId of ['node-1', 'node-1@', 'node-1@10.0.0.300', '@10.0.0.1', 'a@b@10.0.0.1']) {
        await fails(controller.publish(id, { nodeId }), status.NOT_FOUND, /<name>@<address>/);
      }
      await fails(controller.publish(id, { nodeId: '' }), status.INVALID_ARGUMENT, /node_id: is missing/);
      await fails(
        controller.publish(id, { volumeCapability: null }),
        status.INVALID_ARGUMENT,
        /volume_capability/,
      );
    });
  });

  it('unpublishes what is gone, and from nodes that are none', async () => {
    const id = await controller.create('one');
    await controller.publish(id);
    await controller.unpublish(GONE);
    await controller.unpublish('nonsense');
    await controller.unpublish(id, 'nonsense');
    await controller.unpublish(id, NODE_2);
    expect(await controller.publishedTo(id)).to.deep.equal([NODE_1]);
    await fails(
      controller.unpublish('gl1:virtblock:west:h/one'),
      status.FAILED_PRECONDITION,
      /configured: east/,
    );
  });
});
