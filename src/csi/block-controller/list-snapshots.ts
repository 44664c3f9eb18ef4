import { invalid } from '../../control/fault.ts';
import type { ListSnapshotsRequest__Output } from '../../grpc/generated/csi/v1/ListSnapshotsRequest.ts';
import type { ListSnapshotsResponse } from '../../grpc/generated/csi/v1/ListSnapshotsResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type LocatedBlock, locateGone, locateGoneSnapshot } from '../../volumes/block/block-clusters.ts';
import {
  type BlockSnapshotListing,
  type ListBlockSnapshots,
  listBlockSnapshot,
  listBlockSnapshots,
} from '../../volumes/block/list-block-snapshots.ts';
import { formatPageToken, parsePageToken } from '../../volumes/page-token.ts';
import type { BlockControllerContext } from './context.ts';
import { toBlockSnapshotReply } from './snapshot-reply.ts';

/** Entries in one reply at most, so that it stays far below gRPC's 4 MiB. */
const PAGE = 1000;
const NONE: BlockSnapshotListing = { snapshots: [], next: undefined };

interface Request extends ListBlockSnapshots {
  readonly one: LocatedBlock | undefined;
  /** An id was given that nothing of ours can have. */
  readonly isEmpty: boolean;
}

/** No locks: it only reads. */
export function listSnapshotsMethod(
  context: BlockControllerContext,
): Method<ListSnapshotsRequest__Output, Request, BlockSnapshotListing, ListSnapshotsResponse> {
  return {
    decode: (wire) => decode(wire, context),
    async run(request, call) {
      if (request.isEmpty) return NONE;
      return request.one === undefined
        ? listBlockSnapshots(request, call)
        : listBlockSnapshot(request.one, request, call);
    },
    encode: ({ snapshots, next }) => ({
      entries: snapshots.map((snapshot) => ({ snapshot: toBlockSnapshotReply(snapshot) })),
      nextToken: next === undefined ? '' : formatPageToken(next),
    }),
  };
}

function decode(wire: ListSnapshotsRequest__Output, { clusters, owner }: BlockControllerContext): Request {
  const { maxEntries, startingToken, sourceVolumeId, snapshotId } = wire;
  if (maxEntries < 0) throw invalid('max_entries', 'is negative; give 0 or more');
  const start = startingToken === '' ? undefined : parsePageToken(startingToken);
  const limit = maxEntries === 0 ? PAGE : Math.min(maxEntries, PAGE);
  const source = locateGone(clusters, sourceVolumeId);
  const one = locateGoneSnapshot(clusters, snapshotId);
  const hasNone = source === undefined || source.provider !== 'virtblock';
  const isEmpty = (sourceVolumeId !== '' && hasNone) || (snapshotId !== '' && one === undefined);
  return { clusters, owner, start, limit, source, one, isEmpty };
}
