import type { DeleteSnapshotRequest__Output } from '../../grpc/generated/csi/v1/DeleteSnapshotRequest.ts';
import type { DeleteSnapshotResponse } from '../../grpc/generated/csi/v1/DeleteSnapshotResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type LocatedBlock, locateGoneSnapshot } from '../../volumes/block/block-clusters.ts';
import { deleteBlockSnapshot } from '../../volumes/block/delete-block-snapshot.ts';
import { decodeVolumeId } from '../decode.ts';
import { type BlockControllerContext, blockSnapshotKey } from './context.ts';

export function deleteSnapshotMethod({
  clusters,
  owner,
}: BlockControllerContext): Method<
  DeleteSnapshotRequest__Output,
  LocatedBlock | undefined,
  void,
  DeleteSnapshotResponse
> {
  return {
    decode: ({ snapshotId }) => locateGoneSnapshot(clusters, decodeVolumeId(snapshotId, 'snapshot_id')),
    keys: (located) => (located === undefined ? [] : [blockSnapshotKey(located)]),
    run: async (located, call) => {
      if (located !== undefined) await deleteBlockSnapshot(located, owner, call);
    },
    encode: () => ({}),
  };
}
