import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  BLOCK_CONTROLLER_CAPABILITIES,
  blockControllerServices,
} from '../../src/csi/block-controller/block-controller-service.ts';
import { csi } from '../../src/grpc/contract.ts';
import {
  type BlockHarness,
  createRequest,
  GIB,
  NODE_1,
  startBlockController,
  WRITER,
} from './block-controller-harness.ts';
import { fails, mountedAs, RAW } from './block-node-harness.ts';

const MIB = 1024 ** 2;
const SERVED_NOT = [
  'GetCapacity',
  'ControllerGetVolumeHealth',
  'ControllerListVolumeHealth',
  'ControllerModifyVolume',
];

describe('block controller', () => {
  let controller: BlockHarness;
  beforeEach(async () => {
    controller = await startBlockController();
  });
  afterEach(() => controller[Symbol.asyncDispose]());

  it('tells its name and what it has the methods for', async () => {
    expect((await controller.rpc('GetPluginInfo', {})).name).to.equal('block.csi.gluster.org');
    const plugin = await controller.rpc('GetPluginCapabilities', {});
    const services = plugin.capabilities.flatMap((one) => one.service?.type ?? []);
    expect(services).to.deep.equal(['CONTROLLER_SERVICE']);
    const { capabilities } = await controller.rpc('ControllerGetCapabilities', {});
    expect(capabilities.map((one) => one.rpc?.type)).to.deep.equal(BLOCK_CONTROLLER_CAPABILITIES);
    const [, served] = blockControllerServices({ clusters: new Map(), driverName: 'd', version: 'v' });
    const missing = Object.keys(csi.Controller.service).filter((name) => !served?.methodNames.includes(name));
    expect(missing).to.have.members(SERVED_NOT);
  });

  it('walks a volume through its life, each step twice', async () => {
    const id = await controller.create('one');
    expect(id).to.equal('gl1:virtblock:east:block-0a1b2c3d/one');
    expect(await controller.create('one')).to.equal(id);
    for (const _ of [1, 2]) {
      expect((await controller.publish(id)).publishContext).to.deep.equal({
        readonly: 'false',
        door: 'door1',
      });
    }
    expect(await controller.publishedTo(id)).to.deep.equal([NODE_1]);
    const told = await controller.rpc('ControllerGetVolume', { volumeId: id });
    expect(told.status?.publishedNodeIds).to.deep.equal([NODE_1]);
    await fails(controller.rpc('DeleteVolume', { volumeId: id }), status.FAILED_PRECONDITION, /node-1/);
    const capacityRange = { requiredBytes: 2 * GIB };
    for (const _ of [1, 2]) {
      expect(await controller.rpc('ControllerExpandVolume', { volumeId: id, capacityRange })).to.deep.equal({
        capacityBytes: String(2 * GIB),
        nodeExpansionRequired: true,
      });
    }
    expect(await controller.create('one', { capacityRange: { requiredBytes: GIB } })).to.equal(id);
    for (const _ of [1, 2]) await controller.unpublish(id);
    expect(await controller.publishedTo(id)).to.deep.equal([]);
    await controller.publish(id);
    await controller.unpublish(id, `${NODE_1}@iqn.2026-11.org.example:n@of-a-newer-release`);
    expect(await controller.publishedTo(id)).to.deep.equal([]);
    for (const _ of [1, 2]) await controller.rpc('DeleteVolume', { volumeId: id });
    expect(controller.backend.state).to.deep.equal([]);
  });

  describe('create', () => {
    it('keeps whose it is and what for', async () => {
      const parameters = {
        'csi.storage.k8s.io/pvc/name': 'data',
        'csi.storage.k8s.io/pvc/namespace': 'shop',
        replica: '3',
        arbiter: '1',
        hostingVolumeSize: '500Gi',
      };
      await controller.create('kept', { parameters });
      const [made] = controller.backend.state;
      expect(made?.metadata).to.deep.include({
        owner: 'block.csi.gluster.org',
        'csi-name': 'kept',
        pvc: 'data',
        namespace: 'shop',
      });
      expect(JSON.parse(made?.metadata['class'] ?? '')).to.deep.include({
        layout: { kind: 'arbiter', distribute: 1 },
        hostingVolumeSize: String(500 * GIB),
      });
    });

    it('refuses the name for another request, and says what differs', async () => {
      await controller.create('one');
      const twice = { capacityRange: { requiredBytes: 2 * GIB } };
      await fails(controller.create('one', twice), status.ALREADY_EXISTS, /not within the capacity_range/);
      const other = { parameters: { replica: '3', arbiter: '1' } };
      await fails(controller.create('one', other), status.ALREADY_EXISTS, /made with other parameters/);
    });

    it('gives an XFS room, a device what is asked for', async () => {
      const small = { capacityRange: { requiredBytes: 30 * MIB } };
      await controller.create('xfs', small);
      await controller.create('ext4', { ...small, volumeCapabilities: [mountedAs({ fsType: 'ext4' })] });
      await controller.create('raw', { ...small, volumeCapabilities: [RAW] });
      const sizes = controller.backend.state.map(({ name, capacityBytes }) => [
        name,
        Number(capacityBytes) / MIB,
      ]);
      expect(sizes).to.deep.equal([
        ['ext4', 30],
        ['raw', 30],
        ['xfs', 300],
      ]);
      const limited = { capacityRange: { requiredBytes: 30 * MIB, limitBytes: 40 * MIB } };
      await fails(controller.create('tight', limited), status.OUT_OF_RANGE, /raise limit_bytes/);
    });

    it('makes none whose id would be too long, and leaves none', async () => {
      const cluster = `c${'0123456789'.repeat(3)}1`;
      const hosting = 'h'.repeat(60);
      const { MemoryBlockBackend } = await import('../fakes/memory-block-backend.ts');
      await using long = await startBlockController([cluster], [new MemoryBlockBackend({ hosting })]);
      const parameters = { hostingVolume: hosting };
      const name = `pvc-${'a'.repeat(36)}`;
      await fails(long.create(name, { parameters }), status.INVALID_ARGUMENT, /longer than 128 bytes/);
      expect(long.backend.state).to.deep.equal([]);
    });

    for (const [what, change, words] of [
      ['an unknown parameter', { parameters: { relpica: '3' } }, /did you mean "replica"\?/],
      ['a kind of the other driver', { parameters: { kind: 'volume' } }, /file\.csi\.gluster\.org/],
      ['a kind that is not served', { parameters: { kind: 'drbd' } }, /use "virtblock" or "block"/],
      ['one copy', { parameters: { replica: '1' } }, /at least 2/],
      ['erasure code', { parameters: { disperse: '3' } }, /is unknown/],
      ['a bad size', { parameters: { hostingVolumeSize: '5G' } }, /Mi, Gi or Ti/],
      ['a form of a volume by name', { parameters: { hostingVolume: 'h1', replica: '3' } }, /leave it out/],
      [
        'many writers',
        { volumeCapabilities: [mountedAs({ mode: 'MULTI_NODE_MULTI_WRITER' })] },
        /ReadWriteMany/,
      ],
      ['another file system', { volumeCapabilities: [mountedAs({ fsType: 'ntfs' })] }, /xfs, ext4/],
      ['a source of neither kind', { volumeContentSource: {} }, /neither a snapshot nor a volume/],
      ['another cluster', { parameters: { cluster: 'west' } }, /known are east/],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const request = { ...createRequest('bad'), ...change } as Parameters<BlockHarness['create']>[1];
        await fails(controller.create('bad', request), status.INVALID_ARGUMENT, words);
        expect(controller.backend.state).to.deep.equal([]);
      });
    }
  });

  it('deletes only what is its own', async () => {
    const id = await controller.create('one');
    const { metadata, ...rest } = controller.backend.state[0] ?? { metadata: {} };
    expect(rest).to.not.deep.equal({});
    await using other = await startBlockController(['east'], controller.backends);
    Object.assign(metadata, { owner: 'somebody.else' });
    await fails(
      other.rpc('DeleteVolume', { volumeId: id }),
      status.FAILED_PRECONDITION,
      /belongs to somebody/,
    );
    await controller.rpc('DeleteVolume', { volumeId: 'nonsense' });
    await fails(
      controller.rpc('DeleteVolume', { volumeId: 'gl1:volume:east:one' }),
      status.FAILED_PRECONDITION,
      /of another driver or version/,
    );
  });

  it('lists all clusters in pages', async () => {
    await using two = await startBlockController(['east', 'west']);
    for (const cluster of ['east', 'west']) {
      for (const name of ['a', 'b', 'c']) await two.create(`${cluster}-${name}`, { parameters: { cluster } });
    }
    const seen: (string | undefined)[] = [];
    let startingToken = '';
    do {
      const page = await two.rpc('ListVolumes', { maxEntries: 2, startingToken });
      seen.push(...page.entries.map(({ volume }) => volume?.volumeId.split('/')[1]));
      startingToken = page.nextToken;
    } while (startingToken !== '');
    expect(seen).to.deep.equal(['east-a', 'east-b', 'east-c', 'west-a', 'west-b', 'west-c']);
    await fails(two.rpc('ListVolumes', { startingToken: 'x' }), status.ABORTED, /starting_token/);
    await fails(two.rpc('ListVolumes', { maxEntries: -1 }), status.INVALID_ARGUMENT, /max_entries/);
  });

  it('confirms capabilities that it serves, and says why not others', async () => {
    const volumeId = await controller.create('one');
    const validate = (change: object) =>
      controller.rpc('ValidateVolumeCapabilities', { volumeId, volumeCapabilities: [WRITER], ...change });
    expect((await validate({})).confirmed).to.not.equal(null);
    expect((await validate({ parameters: { kind: 'virtblock' } })).confirmed).to.not.equal(null);
    expect((await validate({ parameters: { replica: '2', allowSplitBrain: 'true' } })).message).to.match(
      /other parameters/,
    );
    const shared = [mountedAs({ mode: 'MULTI_NODE_MULTI_WRITER' })];
    expect((await validate({ volumeCapabilities: shared })).message).to.match(/is not served/);
  });
});
