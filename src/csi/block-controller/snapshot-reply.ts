import type { Snapshot as SnapshotReply } from '../../grpc/generated/csi/v1/Snapshot.ts';
import { formatBlockHandle } from '../../volumes/block/block-handle.ts';
import { formatBlockSnapshotHandle } from '../../volumes/block/block-snapshot-handle.ts';
import type { ListedBlockSnapshot } from '../../volumes/block/list-block-snapshots.ts';
import { toTimestamp } from '../timestamp.ts';

/** A snapshot of a block volume as the CO is told of it. */
export function toBlockSnapshotReply(snapshot: ListedBlockSnapshot): SnapshotReply {
  const { cluster, hosting, name, source, capacityBytes, created, isReady } = snapshot;
  return {
    snapshotId: formatBlockSnapshotHandle({ cluster, hosting, name }),
    sourceVolumeId: formatBlockHandle({ provider: 'virtblock', cluster, hosting, name: source }),
    sizeBytes: String(capacityBytes),
    creationTime: toTimestamp(created),
    readyToUse: isReady,
    groupSnapshotId: '',
  };
}
