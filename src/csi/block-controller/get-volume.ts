import type { ControllerGetVolumeRequest__Output } from '../../grpc/generated/csi/v1/ControllerGetVolumeRequest.ts';
import type { ControllerGetVolumeResponse } from '../../grpc/generated/csi/v1/ControllerGetVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type LocatedBlock, locateBlock } from '../../volumes/block/block-clusters.ts';
import { getBlockVolume } from '../../volumes/block/get-block-volume.ts';
import { decodeVolumeId } from '../decode.ts';
import { type ToldBlock, toBlockReply, toNodeIds } from './block-reply.ts';
import type { BlockControllerContext } from './context.ts';

/** No locks: it only reads. */
export function getVolumeMethod({
  clusters,
  nodeIds,
}: BlockControllerContext): Method<
  ControllerGetVolumeRequest__Output,
  LocatedBlock,
  ToldBlock,
  ControllerGetVolumeResponse
> {
  return {
    decode: ({ volumeId }) => locateBlock(clusters, decodeVolumeId(volumeId)),
    run: async (located, call) => ({
      ...(await getBlockVolume(located, call)),
      cluster: located.cluster,
    }),
    encode: (volume) => ({
      volume: toBlockReply(volume),
      status: { publishedNodeIds: toNodeIds(volume, nodeIds) },
    }),
  };
}
