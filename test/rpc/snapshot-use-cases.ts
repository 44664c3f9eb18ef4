import { createRequest, errorOf, GIB, type Harness } from './controller-harness.ts';

/** A request that is repeated until it succeeds, and what there is before it. */
export interface UseCase {
  prepare?(harness: Harness): Promise<unknown>;
  act(harness: Harness, deadlineMs: number): Promise<unknown>;
}

export const SOURCE = 'gl1:volume:east:pvc-1';
export const SNAPSHOT = 'gl1:snap:east:snap-1';
export const GROUP = 'gl1:group:east:group-1';
const SOURCES = [SOURCE, 'gl1:volume:east:pvc-2'];

const volume = (harness: Harness) => harness.rpc('CreateVolume', createRequest('pvc-1'));
const takeSnapshot = (harness: Harness, ms = 20_000) =>
  harness.rpc('CreateSnapshot', { name: 'snap-1', sourceVolumeId: SOURCE }, ms);
export const withSnapshot = async (harness: Harness) => {
  await volume(harness);
  await takeSnapshot(harness);
};
export const fromSnapshot = { volumeContentSource: { snapshot: { snapshotId: SNAPSHOT } } };
export const fromVolume = { volumeContentSource: { volume: { volumeId: SOURCE } } };
const restore = (harness: Harness, ms = 20_000) =>
  harness.rpc('CreateVolume', createRequest('clone-1', fromSnapshot), ms);
const cloneVolume = (harness: Harness, ms = 20_000) => {
  const larger = { capacityRange: { requiredBytes: 2 * GIB } };
  return harness.rpc('CreateVolume', createRequest('clone-1', { ...fromVolume, ...larger }), ms);
};
const withVolumes = async (harness: Harness) => {
  await volume(harness);
  await harness.rpc('CreateVolume', createRequest('pvc-2'));
};
const takeGroup = (harness: Harness, ms = 20_000) =>
  harness.rpc('CreateVolumeGroupSnapshot', { name: 'group-1', sourceVolumeIds: SOURCES }, ms);
const withGroup = async (harness: Harness) => {
  await withVolumes(harness);
  await takeGroup(harness);
};
/** What an interrupted request leaves that is not repeated at once. */
const interrupted =
  (
    before: (harness: Harness) => Promise<unknown>,
    point: 'snapshot.take' | 'clone.heal' | 'start',
    act: (harness: Harness, ms?: number) => Promise<unknown>,
  ) =>
  async (harness: Harness) => {
    await before(harness);
    harness.backend.faults.plan(point, 'fail-before');
    await errorOf(act(harness));
  };

export const SNAPSHOT_USE_CASES: Record<string, UseCase> = {
  CreateSnapshot: { prepare: volume, act: takeSnapshot },
  'CreateSnapshot of what is there': { prepare: withSnapshot, act: takeSnapshot },
  'CreateSnapshot of what is half there': {
    prepare: interrupted(volume, 'snapshot.take', takeSnapshot),
    act: takeSnapshot,
  },
  'CreateSnapshot of what is there, its source gone': {
    prepare: async (harness) => {
      await withSnapshot(harness);
      await harness.rpc('DeleteVolume', { volumeId: SOURCE });
    },
    act: takeSnapshot,
  },
  DeleteSnapshot: {
    prepare: withSnapshot,
    act: (harness, ms) => harness.rpc('DeleteSnapshot', { snapshotId: SNAPSHOT }, ms),
  },
  'DeleteSnapshot of what is half there': {
    prepare: interrupted(volume, 'snapshot.take', takeSnapshot),
    act: (harness, ms) => harness.rpc('DeleteSnapshot', { snapshotId: SNAPSHOT }, ms),
  },
  GetSnapshot: {
    prepare: withSnapshot,
    act: (harness, ms) => harness.rpc('GetSnapshot', { snapshotId: SNAPSHOT }, ms),
  },
  ListSnapshots: { prepare: withSnapshot, act: (harness, ms) => harness.rpc('ListSnapshots', {}, ms) },
  'ListSnapshots of one': {
    prepare: withSnapshot,
    act: (harness, ms) => harness.rpc('ListSnapshots', { snapshotId: SNAPSHOT }, ms),
  },
  'CreateVolume from a snapshot': { prepare: withSnapshot, act: restore },
  'CreateVolume from a snapshot of what is there': {
    prepare: async (harness) => {
      await withSnapshot(harness);
      await restore(harness);
    },
    act: restore,
  },
  'CreateVolume from a snapshot of what is there, the snapshot gone': {
    prepare: async (harness) => {
      await withSnapshot(harness);
      await restore(harness);
      await harness.rpc('DeleteSnapshot', { snapshotId: SNAPSHOT });
    },
    act: restore,
  },
  'CreateVolume from a snapshot of what has not healed': {
    prepare: interrupted(withSnapshot, 'clone.heal', restore),
    act: restore,
  },
  'CreateVolume from a snapshot of what is not started': {
    prepare: interrupted(withSnapshot, 'start', restore),
    act: restore,
  },
  'CreateVolume from a volume': { prepare: volume, act: cloneVolume },
  'CreateVolume from a volume of what is half there': {
    prepare: interrupted(volume, 'clone.heal', cloneVolume),
    act: cloneVolume,
  },
  'CreateVolume from a volume whose snapshot is taken, the volume gone': {
    prepare: async (harness) => {
      await volume(harness);
      harness.backend.faults.plan('clone.copy', 'fail-before');
      await errorOf(cloneVolume(harness));
      await harness.rpc('DeleteVolume', { volumeId: SOURCE });
    },
    act: cloneVolume,
  },
  'CreateVolume from a volume of what is there': {
    prepare: async (harness) => {
      await volume(harness);
      await cloneVolume(harness);
    },
    act: cloneVolume,
  },
  'DeleteVolume of a clone': {
    prepare: async (harness) => {
      await withSnapshot(harness);
      await restore(harness);
    },
    act: (harness, ms) => harness.rpc('DeleteVolume', { volumeId: 'gl1:volume:east:clone-1' }, ms),
  },
  'DeleteVolume of a half-made clone of a volume': {
    prepare: interrupted(volume, 'clone.heal', cloneVolume),
    act: (harness, ms) => harness.rpc('DeleteVolume', { volumeId: 'gl1:volume:east:clone-1' }, ms),
  },
  CreateVolumeGroupSnapshot: { prepare: withVolumes, act: takeGroup },
  'CreateVolumeGroupSnapshot of what is there': { prepare: withGroup, act: takeGroup },
  GetVolumeGroupSnapshot: {
    prepare: withGroup,
    act: (harness, ms) => harness.rpc('GetVolumeGroupSnapshot', { groupSnapshotId: GROUP }, ms),
  },
  DeleteVolumeGroupSnapshot: {
    prepare: withGroup,
    act: (harness, ms) => harness.rpc('DeleteVolumeGroupSnapshot', { groupSnapshotId: GROUP }, ms),
  },
};
