import { invalid } from '../../control/fault.ts';
import type { ListSnapshotsRequest__Output } from '../../grpc/generated/csi/v1/ListSnapshotsRequest.ts';
import type { ListSnapshotsResponse } from '../../grpc/generated/csi/v1/ListSnapshotsResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { locateForDelete } from '../../volumes/clusters.ts';
import { parseHandle } from '../../volumes/ids.ts';
import {
  type ListSnapshots,
  listSnapshot,
  listSnapshots,
  type SnapshotListing,
} from '../../volumes/list-snapshots.ts';
import { type LocatedSnapshot, locateSnapshotIfOurs } from '../../volumes/locate-snapshot.ts';
import { formatPageToken, parsePageToken } from '../../volumes/page-token.ts';
import type { ControllerContext } from './context.ts';
import { toSnapshotReply } from './snapshot-reply.ts';

/** Entries in one reply at most, so that it stays far below gRPC's 4 MiB. */
const PAGE = 1000;
const NONE: SnapshotListing = { snapshots: [], next: undefined };

interface Request extends ListSnapshots {
  readonly one: LocatedSnapshot | undefined;
  /** An id was given that nothing of ours can have. */
  readonly isEmpty: boolean;
}

/** No locks: it only reads. */
export function listSnapshotsMethod(
  context: ControllerContext,
): Method<ListSnapshotsRequest__Output, Request, SnapshotListing, ListSnapshotsResponse> {
  return {
    decode: (wire) => decode(wire, context),
    async run(request, call) {
      if (request.isEmpty) return NONE;
      return request.one === undefined
        ? listSnapshots(request, call)
        : listSnapshot(request.one, request, call);
    },
    encode: ({ snapshots, next }) => ({
      entries: snapshots.map((snapshot) => ({ snapshot: toSnapshotReply(snapshot.cluster, snapshot) })),
      nextToken: next === undefined ? '' : formatPageToken(next),
    }),
  };
}

/** Directories and views have no snapshots, and an id that is none of ours names nothing: both list nothing. */
function decode(wire: ListSnapshotsRequest__Output, { clusters, owner }: ControllerContext): Request {
  const { maxEntries, startingToken, sourceVolumeId, snapshotId } = wire;
  if (maxEntries < 0) throw invalid('max_entries', 'is negative; give 0 or more');
  const start = startingToken === '' ? undefined : parsePageToken(startingToken);
  const limit = maxEntries === 0 ? PAGE : Math.min(maxEntries, PAGE);
  const hasNone = parseHandle(sourceVolumeId)?.kind === 'subvol';
  const located = hasNone ? undefined : locateForDelete(clusters, sourceVolumeId);
  const source = located?.kind === 'volume' ? located : undefined;
  const one = locateSnapshotIfOurs(clusters, snapshotId, 'snap');
  const isEmpty = (sourceVolumeId !== '' && source === undefined) || (snapshotId !== '' && one === undefined);
  return { clusters, owner, start, limit, source, one, isEmpty };
}
