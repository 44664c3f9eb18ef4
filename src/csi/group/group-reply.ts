import type { VolumeGroupSnapshot } from '../../grpc/generated/csi/v1/VolumeGroupSnapshot.ts';
import { type ClusterName, formatSnapshotHandle } from '../../volumes/ids.ts';
import type { SnapshotGroup } from '../../volumes/snapshot.ts';
import { toSnapshotReply } from '../controller/snapshot-reply.ts';
import { toTimestamp } from '../timestamp.ts';

export interface ToldGroup extends SnapshotGroup {
  readonly cluster: ClusterName;
}

/** A group of snapshots as the CO is told of it. */
export function toGroupReply({ cluster, name, created, isReady, snapshots }: ToldGroup): VolumeGroupSnapshot {
  return {
    groupSnapshotId: formatSnapshotHandle({ kind: 'group', cluster, name }),
    creationTime: toTimestamp(created),
    readyToUse: isReady,
    snapshots: snapshots.map((snapshot) => toSnapshotReply(cluster, { ...snapshot, group: name })),
  };
}
