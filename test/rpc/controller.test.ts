import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { CONTROLLER_CAPABILITIES, controllerServices } from '../../src/csi/controller/controller-service.ts';
import { csi } from '../../src/grpc/contract.ts';
import { parseVolumeName } from '../../src/volumes/ids.ts';
import {
  createRequest,
  errorOf,
  GIB,
  type Harness,
  MIB,
  MOUNT,
  OWNER,
  startController,
} from './controller-harness.ts';

describe('controller', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startController();
  });
  afterEach(() => harness[Symbol.asyncDispose]());

  const create = async (name: string, change = {}) => {
    const reply = await harness.rpc('CreateVolume', createRequest(name, change));
    return { id: reply.volume?.volumeId ?? '', bytes: Number(reply.volume?.capacityBytes), reply };
  };

  it('says who it is, what it can, and that it is ready', async () => {
    expect(await harness.rpc('GetPluginInfo', {})).to.deep.include({
      name: OWNER,
      vendorVersion: '0.0.0-test',
    });
    const { capabilities } = await harness.rpc('GetPluginCapabilities', {});
    expect(capabilities.map((one) => one.service?.type ?? one.volumeExpansion?.type)).to.deep.equal([
      'CONTROLLER_SERVICE',
      'ONLINE',
    ]);
    expect(await harness.rpc('Probe', {})).to.deep.equal({ ready: { value: true } });
  });

  it('is ready though the storage does not answer', async () => {
    harness.backend.faults.plan('capacity', 'hang');
    const hanging = errorOf(harness.rpc('GetCapacity', {}, 300));
    expect(await harness.rpc('Probe', {})).to.deep.equal({ ready: { value: true } });
    expect((await hanging).code).to.equal(status.DEADLINE_EXCEEDED);
  });

  it('tells capabilities that it has the methods for', async () => {
    const { capabilities } = await harness.rpc('ControllerGetCapabilities', {});
    expect(capabilities.map((one) => one.rpc?.type)).to.deep.equal(CONTROLLER_CAPABILITIES);
    const needs: Record<string, readonly string[]> = {
      CREATE_DELETE_VOLUME: ['CreateVolume', 'DeleteVolume'],
      EXPAND_VOLUME: ['ControllerExpandVolume'],
      LIST_VOLUMES: ['ListVolumes'],
      GET_CAPACITY: ['GetCapacity'],
      GET_VOLUME: ['ControllerGetVolume'],
      // A way to read access modes, no method.
      SINGLE_NODE_MULTI_WRITER: [],
    };
    expect(Object.keys(needs)).to.have.members(CONTROLLER_CAPABILITIES);
    const [, controller] = controllerServices({ clusters: new Map(), driverName: OWNER, version: '1' });
    const always = ['ValidateVolumeCapabilities', 'ControllerGetCapabilities'];
    expect(controller?.methodNames).to.have.members([...Object.values(needs).flat(), ...always]);
  });

  it('answers UNIMPLEMENTED to every other RPC', async () => {
    const [, controller] = controllerServices({ clusters: new Map(), driverName: OWNER, version: '1' });
    const all = Object.keys(csi.Controller.service) as (keyof typeof csi.Controller.service)[];
    const others = all.filter((name) => !controller?.methodNames.includes(String(name)));
    expect(others)
      .to.include('CreateSnapshot')
      .and.have.length(all.length - 8);
    for (const name of others) {
      const error = await errorOf(harness.rpc(name as 'CreateSnapshot', {}));
      expect(error.code, String(name)).to.equal(status.UNIMPLEMENTED);
    }
  });

  it('makes a volume, started, with our mark, and tells its handle and exact size', async () => {
    const parameters = {
      replica: '3',
      arbiter: '1',
      zones: 'b, a',
      options: 'performance.quick-read=off,features.shard=on',
      'csi.storage.k8s.io/pvc/name': 'data',
      'csi.storage.k8s.io/pvc/namespace': 'shop',
    };
    const { id, bytes, reply } = await create('pvc-1', {
      capacityRange: { requiredBytes: GIB + 1 },
      parameters,
    });
    expect(id).to.equal('gl1:volume:east:pvc-1');
    expect(bytes).to.equal(GIB + MIB);
    expect(reply.volume?.volumeContext).to.deep.equal({});
    const [volume] = harness.backend.state.volumes;
    expect(volume).to.deep.include({ state: 'Started', layout: { kind: 'arbiter', distribute: 1 } });
    expect(volume?.metadata).to.deep.equal({
      format: '1',
      owner: OWNER,
      'csi-name': 'pvc-1',
      class:
        '{"layout":{"kind":"arbiter","distribute":1},"brickType":"loop","zones":["a","b"],' +
        '"options":{"features.shard":"on","performance.quick-read":"off"}}',
      pvc: 'data',
      namespace: 'shop',
    });
  });

  it('returns the same volume for the same request, also after its expansion', async () => {
    const first = await create('pvc-1');
    expect(await create('pvc-1', { parameters: {} })).to.deep.equal(first);
    await harness.rpc('ControllerExpandVolume', {
      volumeId: first.id,
      capacityRange: { requiredBytes: 3 * GIB },
    });
    expect((await create('pvc-1')).bytes).to.equal(3 * GIB);
    expect(harness.backend.state.volumes).to.have.length(1);
  });

  const others: Record<string, [object, RegExp]> = {
    'a larger one': [{ capacityRange: { requiredBytes: 2 * GIB } }, /not within the capacity_range/],
    'a smaller limit': [{ capacityRange: { limitBytes: GIB / 2 } }, /not within the capacity_range/],
    'another layout': [{ parameters: { replica: '1' } }, /differs in layout$/],
    'other options and zones': [
      { parameters: { zones: 'a', options: 'features.shard=on' } },
      /differs in zones, options/,
    ],
  };
  for (const [what, [change, words]] of Object.entries(others)) {
    it(`refuses the name of a volume for ${what}`, async () => {
      await create('pvc-1');
      const before = harness.backend.state;
      const error = await errorOf(harness.rpc('CreateVolume', createRequest('pvc-1', change)));
      expect(error.code).to.equal(status.ALREADY_EXISTS);
      expect(error.details).to.match(words);
      expect(harness.backend.state).to.deep.equal(before);
    });
  }

  it('neither takes over, nor deletes, nor expands a volume that somebody else made', async () => {
    const name = parseVolumeName('theirs');
    const layout = { kind: 'plain', distribute: 1 } as const;
    harness.backend.addForeign({
      name,
      capacityBytes: 5n,
      state: 'Started',
      layout,
      metadata: { owner: 'x' },
    });
    const before = harness.backend.state;
    const volumeId = 'gl1:volume:east:theirs';
    const taken = await errorOf(harness.rpc('CreateVolume', createRequest('theirs')));
    expect(taken.code).to.equal(status.ALREADY_EXISTS);
    expect(taken.details).to.match(/was not made by file\.csi\.gluster\.org/);
    const deleted = await errorOf(harness.rpc('DeleteVolume', { volumeId }));
    expect(deleted.code).to.equal(status.FAILED_PRECONDITION);
    expect(deleted.details).to.match(/belongs to x/);
    const range = { requiredBytes: GIB };
    const expanded = await errorOf(harness.rpc('ControllerExpandVolume', { volumeId, capacityRange: range }));
    expect(expanded.code).to.equal(status.FAILED_PRECONDITION);
    expect(harness.backend.state).to.deep.equal(before);
    expect((await harness.rpc('ControllerGetVolume', { volumeId })).volume?.volumeId).to.equal(volumeId);
    expect((await harness.rpc('ListVolumes', {})).entries).to.deep.equal([]);
  });

  it('finds and deletes what it made, once and again', async () => {
    const { id } = await create('pvc-1');
    expect((await harness.rpc('ControllerGetVolume', { volumeId: id })).volume?.capacityBytes).to.equal(
      String(GIB),
    );
    await harness.rpc('DeleteVolume', { volumeId: id });
    await harness.rpc('DeleteVolume', { volumeId: id });
    expect(harness.backend.state).to.deep.equal({ volumes: [], bricks: [] });
    expect((await errorOf(harness.rpc('ControllerGetVolume', { volumeId: id }))).code).to.equal(
      status.NOT_FOUND,
    );
  });

  it('does not delete a volume that a client has mounted', async () => {
    const { id } = await create('pvc-1');
    using _client = harness.backend.connectClient(parseVolumeName('pvc-1'));
    const error = await errorOf(harness.rpc('DeleteVolume', { volumeId: id }));
    expect(error.code).to.equal(status.FAILED_PRECONDITION);
    expect(harness.backend.state.volumes[0]?.state).to.equal('Started');
  });

  it('expands online, and says so once', async () => {
    const { id } = await create('pvc-1');
    const request = { volumeId: id, capacityRange: { requiredBytes: 2 * GIB }, volumeCapability: MOUNT };
    const reply = { capacityBytes: String(2 * GIB), nodeExpansionRequired: false };
    expect(await harness.rpc('ControllerExpandVolume', request)).to.deep.equal(reply);
    expect(await harness.rpc('ControllerExpandVolume', request)).to.deep.equal(reply);
    const smaller = { volumeId: id, capacityRange: { requiredBytes: GIB } };
    expect(await harness.rpc('ControllerExpandVolume', smaller)).to.deep.equal(reply);
    const limited = { volumeId: id, capacityRange: { requiredBytes: GIB, limitBytes: GIB } };
    expect((await errorOf(harness.rpc('ControllerExpandVolume', limited))).code).to.equal(
      status.OUT_OF_RANGE,
    );
  });

  it('tells what volumes of a class could have, and nothing for block access', async () => {
    const plain = await harness.rpc('GetCapacity', { parameters: { replica: '1' } });
    const replicated = await harness.rpc('GetCapacity', { volumeCapabilities: [MOUNT] });
    expect(Number(plain.availableCapacity)).to.equal(3 * Number(replicated.availableCapacity));
    expect(replicated.maximumVolumeSize?.value).to.equal(replicated.availableCapacity);
    expect(replicated.minimumVolumeSize?.value).to.equal(String(20 * MIB));
    const block = { block: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const;
    expect((await harness.rpc('GetCapacity', { volumeCapabilities: [block] })).availableCapacity).to.equal(
      '0',
    );
  });

  it('confirms what a volume can, and says why not otherwise', async () => {
    const { id } = await create('pvc-1');
    const base = { volumeId: id, volumeContext: { a: 'b' }, volumeCapabilities: [MOUNT] };
    const ask = (change: object) => harness.rpc('ValidateVolumeCapabilities', { ...base, ...change });
    const { confirmed } = await ask({ parameters: { replica: '3' } });
    expect(confirmed?.volumeCapabilities).to.have.length(1);
    expect(confirmed).to.deep.include({ volumeContext: { a: 'b' }, parameters: { replica: '3' } });
    const block = { block: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } };
    const refused: [object, RegExp][] = [
      [{ volumeCapabilities: [MOUNT, block] }, /block access is not served/],
      [{ volumeCapabilities: [{ ...MOUNT, mount: { fsType: 'ext4' } }] }, /fs_type "ext4"/],
      [
        { volumeCapabilities: [{ ...MOUNT, mount: { mountFlags: ['log-file=/x'] } }] },
        /"log-file" is unknown/,
      ],
      [{ parameters: { replica: '1' } }, /other parameters/],
      [{ parameters: { replicas: '1' } }, /did you mean "replica"/],
      [{ mutableParameters: { a: 'b' } }, /mutable_parameters/],
    ];
    for (const [change, words] of refused) {
      const reply = await ask(change);
      expect(reply.confirmed, String(words)).to.equal(null);
      expect(reply.message).to.match(words);
    }
  });
});
