import type { Snapshot as SnapshotReply } from '../../grpc/generated/csi/v1/Snapshot.ts';
import { type ClusterName, formatHandle, formatSnapshotHandle } from '../../volumes/ids.ts';
import type { Snapshot } from '../../volumes/snapshot.ts';
import { toTimestamp } from '../timestamp.ts';

/** A snapshot as the CO is told of it. A size of 0 means unknown. */
export function toSnapshotReply(cluster: ClusterName, snapshot: Snapshot): SnapshotReply {
  const { name, source, capacityBytes, created, isReady, group } = snapshot;
  return {
    snapshotId: formatSnapshotHandle({ kind: 'snap', cluster, name }),
    sourceVolumeId: formatHandle({ kind: 'volume', cluster, name: source }),
    sizeBytes: String(capacityBytes ?? 0n),
    creationTime: toTimestamp(created),
    readyToUse: isReady,
    groupSnapshotId: group === undefined ? '' : formatSnapshotHandle({ kind: 'group', cluster, name: group }),
  };
}
