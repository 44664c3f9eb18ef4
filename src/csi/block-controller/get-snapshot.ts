import { Fault } from '../../control/fault.ts';
import type { GetSnapshotRequest__Output } from '../../grpc/generated/csi/v1/GetSnapshotRequest.ts';
import type { GetSnapshotResponse } from '../../grpc/generated/csi/v1/GetSnapshotResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type LocatedBlock, locateBlockSnapshot } from '../../volumes/block/block-clusters.ts';
import { formatBlockSnapshotHandle } from '../../volumes/block/block-snapshot-handle.ts';
import type { ListedBlockSnapshot } from '../../volumes/block/list-block-snapshots.ts';
import { decodeVolumeId } from '../decode.ts';
import type { BlockControllerContext } from './context.ts';
import { toBlockSnapshotReply } from './snapshot-reply.ts';

/** No locks: it only reads. */
export function getSnapshotMethod({
  clusters,
}: BlockControllerContext): Method<
  GetSnapshotRequest__Output,
  LocatedBlock,
  ListedBlockSnapshot,
  GetSnapshotResponse
> {
  return {
    decode: ({ snapshotId }) => locateBlockSnapshot(clusters, decodeVolumeId(snapshotId, 'snapshot_id')),
    async run(located, call) {
      const found = await located.backend.findSnapshot(located, call);
      if (found !== undefined) return { ...found, cluster: located.cluster };
      throw new Fault('not-found', `snapshot ${formatBlockSnapshotHandle(located)} does not exist`);
    },
    encode: (snapshot) => ({ snapshot: toBlockSnapshotReply(snapshot) }),
  };
}
