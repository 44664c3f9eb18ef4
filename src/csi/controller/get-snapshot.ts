import type { GetSnapshotRequest__Output } from '../../grpc/generated/csi/v1/GetSnapshotRequest.ts';
import type { GetSnapshotResponse } from '../../grpc/generated/csi/v1/GetSnapshotResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { getSnapshot } from '../../volumes/get-snapshot.ts';
import type { ListedSnapshot } from '../../volumes/list-snapshots.ts';
import { type LocatedSnapshot, locateSnapshot } from '../../volumes/locate-snapshot.ts';
import { decodeVolumeId } from '../decode.ts';
import type { ControllerContext } from './context.ts';
import { toSnapshotReply } from './snapshot-reply.ts';

/** No locks: it only reads. */
export function getSnapshotMethod({
  clusters,
}: ControllerContext): Method<
  GetSnapshotRequest__Output,
  LocatedSnapshot,
  ListedSnapshot,
  GetSnapshotResponse
> {
  return {
    decode: ({ snapshotId }) => locateSnapshot(clusters, decodeVolumeId(snapshotId, 'snapshot_id'), 'snap'),
    run: async (located, call) => ({ ...(await getSnapshot(located, call)), cluster: located.cluster }),
    encode: (snapshot) => ({ snapshot: toSnapshotReply(snapshot.cluster, snapshot) }),
  };
}
