import type { DeleteSnapshotRequest__Output } from '../../grpc/generated/csi/v1/DeleteSnapshotRequest.ts';
import type { DeleteSnapshotResponse } from '../../grpc/generated/csi/v1/DeleteSnapshotResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { deleteSnapshot } from '../../volumes/delete-snapshot.ts';
import { type LocatedSnapshot, locateSnapshotIfOurs } from '../../volumes/locate-snapshot.ts';
import { decodeVolumeId } from '../decode.ts';
import { type ControllerContext, snapshotKey } from './context.ts';

export function deleteSnapshotMethod({
  clusters,
  owner,
}: ControllerContext): Method<
  DeleteSnapshotRequest__Output,
  LocatedSnapshot | undefined,
  void,
  DeleteSnapshotResponse
> {
  return {
    decode: ({ snapshotId }) =>
      locateSnapshotIfOurs(clusters, decodeVolumeId(snapshotId, 'snapshot_id'), 'snap'),
    keys: (snapshot) => (snapshot === undefined ? [] : [snapshotKey(snapshot)]),
    run: async (snapshot, call) => {
      if (snapshot !== undefined) await deleteSnapshot(snapshot, owner, call);
    },
    encode: () => ({}),
  };
}
