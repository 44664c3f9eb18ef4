import type { GetVolumeGroupSnapshotRequest__Output } from '../../grpc/generated/csi/v1/GetVolumeGroupSnapshotRequest.ts';
import type { GetVolumeGroupSnapshotResponse } from '../../grpc/generated/csi/v1/GetVolumeGroupSnapshotResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { getGroup, type KnownGroup } from '../../volumes/get-group.ts';
import { locateSnapshot } from '../../volumes/locate-snapshot.ts';
import type { ControllerContext } from '../controller/context.ts';
import { decodeVolumeId } from '../decode.ts';
import { type ToldGroup, toGroupReply } from './group-reply.ts';

/** No locks: it only reads. */
export function getGroupMethod({
  clusters,
}: ControllerContext): Method<
  GetVolumeGroupSnapshotRequest__Output,
  KnownGroup,
  ToldGroup,
  GetVolumeGroupSnapshotResponse
> {
  return {
    decode({ groupSnapshotId, snapshotIds }) {
      const id = decodeVolumeId(groupSnapshotId, 'group_snapshot_id');
      return { group: locateSnapshot(clusters, id, 'group'), snapshotIds };
    },
    run: async (known, call) => ({ ...(await getGroup(known, call)), cluster: known.group.cluster }),
    encode: (group) => ({ groupSnapshot: toGroupReply(group) }),
  };
}
