import type { ListVolumesRequest__Output } from '../../grpc/generated/csi/v1/ListVolumesRequest.ts';
import type { ListVolumesResponse } from '../../grpc/generated/csi/v1/ListVolumesResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type ListVolumes, listVolumes, type VolumeListing } from '../../volumes/list-volumes.ts';
import { KEYS } from '../../volumes/metadata.ts';
import { formatPageToken, parsePageToken } from '../../volumes/page-token.ts';
import { decodeLimit } from '../decode.ts';
import type { ControllerContext } from './context.ts';
import { toVolumeReply } from './volume-reply.ts';

/** No locks: it only reads. */
export function listVolumesMethod({
  clusters,
  owner,
}: ControllerContext): Method<ListVolumesRequest__Output, ListVolumes, VolumeListing, ListVolumesResponse> {
  return {
    decode({ maxEntries, startingToken }) {
      const limit = decodeLimit(maxEntries);
      const start = startingToken === '' ? undefined : parsePageToken(startingToken);
      return { clusters, owner, start, limit };
    },
    run: listVolumes,
    encode: ({ volumes, next }) => ({
      entries: volumes.map((volume) => ({
        volume: toVolumeReply({ ...volume, source: volume.metadata[KEYS.source] }),
      })),
      nextToken: next === undefined ? '' : formatPageToken(next),
    }),
  };
}
