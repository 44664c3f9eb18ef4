import type { ListVolumesRequest__Output } from '../../grpc/generated/csi/v1/ListVolumesRequest.ts';
import type { ListVolumesResponse } from '../../grpc/generated/csi/v1/ListVolumesResponse.ts';
import type { Method } from '../../grpc/method.ts';
import {
  type BlockListing,
  type ListBlockVolumes,
  listBlockVolumes,
} from '../../volumes/block/list-block-volumes.ts';
import { formatPageToken, parsePageToken } from '../../volumes/page-token.ts';
import { decodeLimit } from '../decode.ts';
import { toBlockReply, toNodeIds } from './block-reply.ts';
import type { BlockControllerContext } from './context.ts';

/** No locks: it only reads. */
export function listVolumesMethod({
  clusters,
  nodeIds,
}: BlockControllerContext): Method<
  ListVolumesRequest__Output,
  ListBlockVolumes,
  BlockListing,
  ListVolumesResponse
> {
  return {
    decode({ maxEntries, startingToken }) {
      const limit = decodeLimit(maxEntries);
      const start = startingToken === '' ? undefined : parsePageToken(startingToken);
      return { clusters, start, limit };
    },
    run: listBlockVolumes,
    encode: ({ volumes, next }) => ({
      entries: volumes.map((volume) => ({
        volume: toBlockReply(volume),
        status: { publishedNodeIds: toNodeIds(volume, nodeIds) },
      })),
      nextToken: next === undefined ? '' : formatPageToken(next),
    }),
  };
}
