import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  type BlockHarness,
  createRequest,
  NODE_1,
  READER,
  startBlockController,
} from './block-controller-harness.ts';
import { fails, mountedAs } from './block-node-harness.ts';
import { SECRETS } from './iscsi-node-harness.ts';

const NODE_A = 'node-a@10.0.0.1@iqn.2026-11.org.example:node-a';
const NODE_B = 'node-b@10.0.0.2@iqn.2026-11.org.example:node-b';
const SHARED = { block: {}, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' as const } };

describe('block controller over iSCSI', () => {
  let controller: BlockHarness;
  beforeEach(async () => {
    controller = await startBlockController();
  });
  afterEach(() => controller[Symbol.asyncDispose]());

  const create = (change = {}) =>
    controller.create('one', { ...createRequest('one'), parameters: { kind: 'block' }, ...change });

  it('makes volumes of both providers, and deletes and grows them', async () => {
    expect(await create()).to.equal('gl1:block:east:lio/block-0a1b2c3d/one');
    const parameters = { kind: 'block', provider: 'gluster-block' };
    const other = await controller.create('two', { ...createRequest('two'), parameters });
    expect(other).to.equal('gl1:block:east:gluster-block/block-0a1b2c3d/two');
    const { entries } = await controller.rpc('ListVolumes', {});
    expect(entries.map(({ volume }) => volume?.volumeId))
      .to.include(other)
      .and.have.length(2);
    const capacityRange = { requiredBytes: 2 * 1024 ** 3 };
    const grown = await controller.rpc('ControllerExpandVolume', { volumeId: other, capacityRange });
    expect(grown).to.include({ nodeExpansionRequired: true, capacityBytes: String(2 * 1024 ** 3) });
    await controller.rpc('DeleteVolume', { volumeId: other });
    expect(controller.backend.state.map(({ name }) => String(name))).to.deep.equal(['one']);
  });

  it('refuses parameters that do not fit', async () => {
    for (const [parameters, words] of [
      [{ kind: 'block', provider: 'tgt' }, /provider.*give one of lio, gluster-block/],
      [{ provider: 'lio' }, /is of kind block/],
      [{ kind: 'iscsi' }, /use "virtblock" or "block"/],
    ] as const) {
      await fails(create({ parameters }), status.INVALID_ARGUMENT, words);
    }
  });

  it('tells the node where the disk is, the servers who may have it, and nobody any secret', async () => {
    const volumeId = await create();
    const reply = await controller.publish(volumeId, { nodeId: NODE_A, secrets: SECRETS });
    expect(reply.publishContext).to.deep.equal({
      readonly: 'false',
      iqn: 'iqn.2026-11.org.gluster-csi:one',
      portals: '10.0.0.1:3260,[fd00::2]:3260',
      lun: '0',
      wwn: '9a8e1f5e-7a3b-4c53-8f0d-9d9a2a3b1c77',
      bytes: String(1024 ** 3),
    });
    const asked = controller.backend.askedFor('one', 'node-a');
    expect(asked).to.include({ initiator: 'iqn.2026-11.org.example:node-a', isReadonly: false });
    expect(asked?.chap?.password.reveal()).to.equal(SECRETS['node.session.auth.password']);
    expect(JSON.stringify(asked)).to.not.include(SECRETS['node.session.auth.password']);
    expect(await controller.publishedTo(volumeId)).to.deep.equal([NODE_A]);
    await fails(controller.publish(volumeId, { nodeId: NODE_B }), status.FAILED_PRECONDITION, /node-a/);
    await controller.unpublish(volumeId, NODE_A);
    await controller.publish(volumeId, { nodeId: NODE_B });
  });

  it('tells each node of the target that there is by then', async () => {
    const volumeId = await create({ parameters: { kind: 'block', provider: 'gluster-block' } });
    const { publishContext: first } = await controller.publish(volumeId, { nodeId: NODE_A });
    expect((await controller.publish(volumeId, { nodeId: NODE_A })).publishContext).to.deep.equal(first);
    await controller.unpublish(volumeId, NODE_A);
    const { publishContext: second } = await controller.publish(volumeId, { nodeId: NODE_B });
    expect([second?.['iqn'], second?.['wwn']]).to.not.include.members([first?.['iqn']]);
    expect(second?.['wwn']).to.not.equal(first?.['wwn']);
  });

  it('is shared only where one of the nodes can be cut off by itself', async () => {
    const parameters = { kind: 'block', provider: 'gluster-block' };
    await fails(
      create({ parameters, volumeCapabilities: [SHARED] }),
      status.INVALID_ARGUMENT,
      /of provider lio/,
    );
  });

  it('has no snapshots, and begins empty', async () => {
    const volumeId = await create();
    const virtblock = await controller.create('two');
    const { snapshot } = await controller.rpc('CreateSnapshot', { name: 'snap', sourceVolumeId: virtblock });
    await fails(
      controller.rpc('CreateSnapshot', { name: 'other', sourceVolumeId: volumeId }),
      status.FAILED_PRECONDITION,
      /kind virtblock only/,
    );
    expect((await controller.rpc('ListSnapshots', { sourceVolumeId: volumeId })).entries).to.deep.equal([]);
    const contentOf = (source: object) => ({ ...createRequest('three'), volumeContentSource: source });
    const words = /of kind virtblock/;
    for (const source of [
      { snapshot: { snapshotId: snapshot?.snapshotId ?? '' } },
      { volume: { volumeId: virtblock } },
    ]) {
      const asked = { ...contentOf(source), parameters: { kind: 'block' } };
      await fails(controller.rpc('CreateVolume', asked), status.INVALID_ARGUMENT, words);
    }
    const copy = contentOf({ volume: { volumeId } });
    await fails(controller.rpc('CreateVolume', copy), status.INVALID_ARGUMENT, words);
  });

  it('needs the initiator name of the node', async () => {
    const volumeId = await create();
    await fails(controller.publish(volumeId, { nodeId: NODE_1 }), status.FAILED_PRECONDITION, /open-iscsi/);
  });

  it('is read by many nodes, and written by several only as a device', async () => {
    const reader = { volumeCapability: READER };
    const volumeId = await create();
    for (const nodeId of [NODE_A, NODE_B]) await controller.publish(volumeId, { ...reader, nodeId });
    await controller.rpc('ControllerUnpublishVolume', { volumeId });
    const shared = { volumeCapability: SHARED };
    for (const nodeId of [NODE_A, NODE_B]) await controller.publish(volumeId, { ...shared, nodeId });
    expect(await controller.publishedTo(volumeId)).to.have.members([NODE_A, NODE_B]);
    expect(controller.backend.askedFor('one', 'node-b')).to.include({ isShared: true });
    await controller.rpc('ControllerUnpublishVolume', { volumeId });
    const files = { volumeCapability: mountedAs({ mode: 'MULTI_NODE_MULTI_WRITER' }), nodeId: NODE_A };
    await fails(controller.publish(volumeId, files), status.INVALID_ARGUMENT, /volumeMode Block/);
    const virtblock = await controller.create('two');
    await fails(
      controller.publish(virtblock, { ...shared, nodeId: NODE_A }),
      status.INVALID_ARGUMENT,
      /kind block with volumeMode Block/,
    );
  });

  it('confirms what the volume was made with', async () => {
    const volumeId = await create();
    const validate = (parameters: Record<string, string>) =>
      controller.rpc('ValidateVolumeCapabilities', { volumeId, volumeCapabilities: [SHARED], parameters });
    expect((await validate({ kind: 'block' })).confirmed).to.not.equal(null);
    expect((await validate({ kind: 'virtblock' })).message).to.match(/other parameters/);
  });
});
