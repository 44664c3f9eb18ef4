import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { createRequest, errorOf, type Harness, NOTHING, startController } from './controller-harness.ts';

const GROUP = 'gl1:group:east:group-1';
const VOLUMES = ['gl1:volume:east:pvc-1', 'gl1:volume:east:pvc-2', 'gl1:volume:east:pvc-3'];

describe('group snapshots', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startController(['east', 'west']);
    for (const name of ['pvc-1', 'pvc-2', 'pvc-3']) {
      await harness.rpc('CreateVolume', createRequest(name, { parameters: { cluster: 'east' } }));
    }
  });
  afterEach(() => harness[Symbol.asyncDispose]());

  const take = async (change = {}) => {
    const request = { name: 'group-1', sourceVolumeIds: VOLUMES, ...change };
    const { groupSnapshot } = await harness.rpc('CreateVolumeGroupSnapshot', request);
    return groupSnapshot ?? expect.fail('no group');
  };
  const idsOf = ({ snapshots }: { snapshots: readonly { snapshotId: string }[] }) =>
    snapshots.map(({ snapshotId }) => snapshotId);

  it('says that it can', async () => {
    const { capabilities } = await harness.rpc('GroupControllerGetCapabilities', {});
    expect(capabilities.map(({ rpc }) => rpc?.type)).to.deep.equal([
      'CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT',
    ]);
  });

  it('takes all in the same moment, and tells each with its group', async () => {
    const group = await take();
    expect(group).to.deep.include({ groupSnapshotId: GROUP, readyToUse: true });
    expect(group.snapshots.map(({ sourceVolumeId }) => sourceVolumeId)).to.have.members(VOLUMES);
    for (const { creationTime, groupSnapshotId, readyToUse } of group.snapshots) {
      expect({ creationTime, groupSnapshotId, readyToUse }).to.deep.equal({
        creationTime: group.creationTime,
        groupSnapshotId: GROUP,
        readyToUse: true,
      });
    }
    const ids = idsOf(group);
    const known = { groupSnapshotId: GROUP, snapshotIds: ids };
    expect((await harness.rpc('GetVolumeGroupSnapshot', known)).groupSnapshot).to.deep.equal(group);
    const [snapshotId = ''] = ids;
    const one = await harness.rpc('GetSnapshot', { snapshotId });
    expect(one.snapshot).to.deep.equal(group.snapshots[0]);
  });

  it('is the same for the same request in any order, also when a source is gone, and a conflict for another', async () => {
    const group = await take();
    expect(await take({ sourceVolumeIds: VOLUMES.toReversed() })).to.deep.equal(group);
    const error = await errorOf(take({ sourceVolumeIds: VOLUMES.slice(1) }));
    expect(error.code).to.equal(status.ALREADY_EXISTS);
    expect(error.details).to.match(/is of volumes pvc-1, pvc-2, pvc-3, not of pvc-2, pvc-3/);
    await harness.rpc('DeleteVolume', { volumeId: VOLUMES[0] ?? '' });
    expect(await take()).to.deep.equal(group);
  });

  it('gives volumes, and keeps its members from being deleted alone', async () => {
    const [snapshotId = ''] = idsOf(await take());
    const volumeContentSource = { snapshot: { snapshotId } };
    const { volume } = await harness.rpc('CreateVolume', createRequest('clone-1', { volumeContentSource }));
    expect(volume?.contentSource?.snapshot?.snapshotId).to.equal(snapshotId);
    const error = await errorOf(harness.rpc('DeleteSnapshot', { snapshotId }));
    expect(error.code).to.equal(status.INVALID_ARGUMENT);
    expect(error.details).to.match(/^snapshot_id: .* is part of group group-1 .* delete the group snapshot/);
  });

  it('is deleted with all members, once and again', async () => {
    const known = { groupSnapshotId: GROUP, snapshotIds: idsOf(await take()) };
    await harness.rpc('DeleteVolumeGroupSnapshot', known);
    await harness.rpc('DeleteVolumeGroupSnapshot', known);
    expect((await harness.rpc('ListSnapshots', {})).entries).to.deep.equal([]);
    expect((await errorOf(harness.rpc('GetVolumeGroupSnapshot', known))).code).to.equal(status.NOT_FOUND);
    for (const volumeId of VOLUMES) await harness.rpc('DeleteVolume', { volumeId });
    expect(harness.backend.state).to.deep.equal(NOTHING);
  });

  it('goes on with a delete that has lost some members already', async () => {
    const known = { groupSnapshotId: GROUP, snapshotIds: idsOf(await take()) };
    harness.backend.faults.plan('group.delete', 'fail-after');
    expect((await errorOf(harness.rpc('DeleteVolumeGroupSnapshot', known))).code).to.equal(
      status.UNAVAILABLE,
    );
    const { groupSnapshotId } = known;
    const left = await harness.rpc('GetVolumeGroupSnapshot', { groupSnapshotId });
    expect(left.groupSnapshot).to.deep.include({ readyToUse: false });
    const lost = /has lost 1 of its 3 snapshots to a delete that did not end; delete it again/;
    const asked = await errorOf(harness.rpc('GetVolumeGroupSnapshot', known));
    expect(asked.code).to.equal(status.INVALID_ARGUMENT);
    expect(asked.details).to.match(lost);
    const retaken = await errorOf(take());
    expect(retaken.code).to.equal(status.ALREADY_EXISTS);
    expect(retaken.details).to.match(lost);
    await harness.rpc('DeleteVolumeGroupSnapshot', known);
    expect(harness.backend.state.snapshots).to.deep.equal([]);
  });

  it('refuses ids that do not fit the group, and changes nothing', async () => {
    const ids = idsOf(await take());
    const before = harness.backend.state;
    const cases: [readonly string[], RegExp][] = [
      [ids.slice(1), /^snapshot_ids: leaves out gl1:snap:east:/],
      [[...ids, 'gl1:snap:east:other'], /^snapshot_ids: "gl1:snap:east:other" is no member/],
    ];
    for (const [snapshotIds, words] of cases) {
      const error = await errorOf(
        harness.rpc('GetVolumeGroupSnapshot', { groupSnapshotId: GROUP, snapshotIds: [...snapshotIds] }),
      );
      expect(error.code).to.equal(status.INVALID_ARGUMENT);
      expect(error.details).to.match(words);
    }
    const known = { groupSnapshotId: GROUP, snapshotIds: ids.slice(1) };
    const error = await errorOf(harness.rpc('DeleteVolumeGroupSnapshot', known));
    expect(error.code).to.equal(status.INVALID_ARGUMENT);
    expect(harness.backend.state).to.deep.equal(before);
  });

  const bad: [what: string, change: object, code: status, words: RegExp][] = [
    ['no name', { name: '' }, status.INVALID_ARGUMENT, /^name: is missing/],
    ['no volume', { sourceVolumeIds: [] }, status.INVALID_ARGUMENT, /^source_volume_ids: is empty/],
    [
      'an empty id',
      { sourceVolumeIds: [''] },
      status.INVALID_ARGUMENT,
      /^source_volume_ids\[0\]: is missing/,
    ],
    ['a strange id', { sourceVolumeIds: ['x'] }, status.NOT_FOUND, /none of this driver's volumes/],
    [
      'a gone volume',
      { sourceVolumeIds: ['gl1:volume:east:ghost'] },
      status.NOT_FOUND,
      /ghost does not exist/,
    ],
    [
      'a volume twice',
      { sourceVolumeIds: [VOLUMES[0], VOLUMES[0]] },
      status.INVALID_ARGUMENT,
      /name a volume twice/,
    ],
    [
      'volumes of two clusters',
      { sourceVolumeIds: [VOLUMES[0], 'gl1:volume:west:a'] },
      status.INVALID_ARGUMENT,
      /are in clusters east and west, which do not stand still together/,
    ],
    [
      'a directory',
      { sourceVolumeIds: ['gl1:subvol:east:pvc-1/a'] },
      status.INVALID_ARGUMENT,
      /is a directory, which cannot be snapshotted/,
    ],
    [
      'more than stand still together',
      { sourceVolumeIds: Array.from({ length: 65 }, (_, i) => `gl1:volume:east:v${i}`) },
      status.INVALID_ARGUMENT,
      /are 65; give at most 64/,
    ],
    [
      'an unknown parameter',
      { parameters: { nameprefix: 'x' } },
      status.INVALID_ARGUMENT,
      /^parameters\.nameprefix: is unknown; did you mean "namePrefix"\? known are namePrefix$/,
    ],
  ];
  for (const [what, change, code, words] of bad) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const before = harness.backend.state;
      const error = await errorOf(take(change));
      expect(status[error.code], error.details).to.equal(status[code]);
      expect(error.details).to.match(words);
      expect(harness.backend.state).to.deep.equal(before);
    });
  }
});
