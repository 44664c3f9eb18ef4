import type { DeleteVolumeGroupSnapshotRequest__Output } from '../../grpc/generated/csi/v1/DeleteVolumeGroupSnapshotRequest.ts';
import type { DeleteVolumeGroupSnapshotResponse } from '../../grpc/generated/csi/v1/DeleteVolumeGroupSnapshotResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { deleteGroup } from '../../volumes/delete-group.ts';
import type { KnownGroup } from '../../volumes/get-group.ts';
import { locateSnapshotIfOurs } from '../../volumes/locate-snapshot.ts';
import { type ControllerContext, snapshotKey } from '../controller/context.ts';
import { decodeVolumeId } from '../decode.ts';

export function deleteGroupMethod({
  clusters,
  owner,
}: ControllerContext): Method<
  DeleteVolumeGroupSnapshotRequest__Output,
  KnownGroup | undefined,
  void,
  DeleteVolumeGroupSnapshotResponse
> {
  return {
    decode({ groupSnapshotId, snapshotIds }) {
      const id = decodeVolumeId(groupSnapshotId, 'group_snapshot_id');
      const group = locateSnapshotIfOurs(clusters, id, 'group');
      return group === undefined ? undefined : { group, snapshotIds };
    },
    keys: (known) => (known === undefined ? [] : [snapshotKey(known.group)]),
    run: async (known, call) => {
      if (known !== undefined) await deleteGroup(known, owner, call);
    },
    encode: () => ({}),
  };
}
