import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { type BlockHarness, createRequest, GIB, startBlockController } from './block-controller-harness.ts';
import { fails } from './block-node-harness.ts';

const HOSTING = 'block-0a1b2c3d';
const GONE = `gl1:virtsnap:east:${HOSTING}/gone`;

describe('block controller, snapshots and clones', () => {
  let controller: BlockHarness;
  let volumeId: string;
  beforeEach(async () => {
    controller = await startBlockController(['east', 'west']);
    const parameters = { cluster: 'east', kind: 'virtblock' };
    volumeId = await controller.create('one', { parameters });
  });
  afterEach(() => controller[Symbol.asyncDispose]());

  const snap = async (name: string, sourceVolumeId = volumeId) => {
    const { snapshot } = await controller.rpc('CreateSnapshot', { name, sourceVolumeId });
    return snapshot?.snapshotId ?? '';
  };
  const of = (snapshotId: string, change: object = {}) => ({
    ...createRequest('copy'),
    parameters: { kind: 'virtblock' },
    volumeContentSource: { snapshot: { snapshotId } },
    ...change,
  });
  const copy = async (snapshotId: string, change: object = {}) =>
    (await controller.rpc('CreateVolume', of(snapshotId, change))).volume;

  it('takes a snapshot once, tells of it, and deletes it', async () => {
    const taken = await controller.rpc('CreateSnapshot', { name: 's1', sourceVolumeId: volumeId });
    expect(taken.snapshot).to.deep.include({
      snapshotId: `gl1:virtsnap:east:${HOSTING}/s1`,
      sourceVolumeId: volumeId,
      sizeBytes: String(GIB),
      readyToUse: true,
    });
    expect(await controller.rpc('CreateSnapshot', { name: 's1', sourceVolumeId: volumeId })).to.deep.equal(
      taken,
    );
    const snapshotId = taken.snapshot?.snapshotId ?? '';
    expect((await controller.rpc('GetSnapshot', { snapshotId })).snapshot).to.deep.equal(taken.snapshot);
    await controller.rpc('DeleteVolume', { volumeId });
    expect(await snap('s1')).to.equal(snapshotId);
    await fails(snap('s2'), status.NOT_FOUND, /does not exist/);
    for (const _ of [1, 2]) await controller.rpc('DeleteSnapshot', { snapshotId });
    await fails(controller.rpc('GetSnapshot', { snapshotId }), status.NOT_FOUND, /does not exist/);
    expect(controller.backend.snapshotState).to.deep.equal([]);
  });

  it('refuses the name for another source, and what is not ours', async () => {
    const other = await controller.create('two', { parameters: { cluster: 'east' } });
    await snap('s1');
    await fails(snap('s1', other), status.ALREADY_EXISTS, /is of volume one/);
    await fails(snap('s2', 'gl1:volume:east:one'), status.NOT_FOUND, /none of this driver/);
    const parameters = { relpica: '3' };
    const request = { name: 's3', sourceVolumeId: volumeId, parameters };
    await fails(controller.rpc('CreateSnapshot', request), status.INVALID_ARGUMENT, /relpica/);
    await fails(
      controller.rpc('DeleteSnapshot', { snapshotId: `gl1:virtsnap:north:${HOSTING}/s1` }),
      status.FAILED_PRECONDITION,
      /north/,
    );
    await controller.rpc('DeleteSnapshot', { snapshotId: 'anything' });
  });

  it('lists ours by page, by source and by id', async () => {
    const other = await controller.create('two', { parameters: { cluster: 'west' } });
    const ids = [await snap('s1'), await snap('s2'), await snap('s3', other)];
    const list = async (request: object) => {
      const { entries, nextToken } = await controller.rpc('ListSnapshots', request);
      return { ids: entries.map(({ snapshot }) => snapshot?.snapshotId), nextToken };
    };
    expect(await list({})).to.deep.equal({ ids, nextToken: '' });
    const first = await list({ maxEntries: 2 });
    expect(first.ids).to.deep.equal(ids.slice(0, 2));
    expect((await list({ startingToken: first.nextToken })).ids).to.deep.equal(ids.slice(2));
    expect((await list({ sourceVolumeId: other })).ids).to.deep.equal(ids.slice(2));
    expect((await list({ snapshotId: ids[1] ?? '' })).ids).to.deep.equal([ids[1]]);
    expect((await list({ snapshotId: ids[1] ?? '', sourceVolumeId: other })).ids).to.deep.equal([]);
    for (const snapshotId of [GONE, 'other']) expect((await list({ snapshotId })).ids).to.deep.equal([]);
    await fails(controller.rpc('ListSnapshots', { startingToken: 'x' }), status.ABORTED, /list again/);
  });

  it('makes a volume of a snapshot where that lies, at least as large, and tells of what', async () => {
    const snapshotId = await snap('s1');
    const made = await copy(snapshotId, { capacityRange: { requiredBytes: 2 * GIB } });
    expect(made?.volumeId).to.equal(`gl1:virtblock:east:${HOSTING}/copy`);
    expect(made?.capacityBytes).to.equal(String(2 * GIB));
    expect(made?.contentSource?.snapshot?.snapshotId).to.equal(snapshotId);
    const tight = { capacityRange: { requiredBytes: GIB, limitBytes: GIB } };
    await fails(copy(snapshotId, tight), status.ALREADY_EXISTS, /capacity_range/);
    const small = { name: 'small', capacityRange: { requiredBytes: GIB / 2 } };
    await fails(copy(snapshotId, small), status.OUT_OF_RANGE, /at least as many/);
    await fails(copy(GONE, { name: 'new' }), status.NOT_FOUND, /does not exist/);
    const other = await snap('s2');
    const range = { capacityRange: { requiredBytes: 2 * GIB } };
    await fails(copy(other, range), status.ALREADY_EXISTS, /was made of/);
  });

  it('makes a volume of a volume, and of neither for a class of another place', async () => {
    const clone = { volumeContentSource: { volume: { volumeId } }, name: 'clone' };
    const made = await copy('', clone);
    expect(made?.contentSource?.volume?.volumeId).to.equal(volumeId);
    const snapshotId = await snap('s1');
    for (const [parameters, words] of [
      [{ cluster: 'west' }, /cluster east/],
      [{ hostingVolume: 'other' }, /lies on hosting volume/],
      [{ replica: '2', allowSplitBrain: 'true' }, /layout/],
      [{ brickType: 'lvm' }, /brickType/],
    ] as const) {
      await fails(copy(snapshotId, { name: 'else', parameters }), status.INVALID_ARGUMENT, words);
    }
    const named = await copy(snapshotId, {
      name: 'named',
      parameters: { hostingVolume: HOSTING, cluster: 'east' },
    });
    expect(named?.volumeId).to.equal(`gl1:virtblock:east:${HOSTING}/named`);
  });
});
