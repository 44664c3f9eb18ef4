import type { DeleteVolumeRequest__Output } from '../../grpc/generated/csi/v1/DeleteVolumeRequest.ts';
import type { DeleteVolumeResponse } from '../../grpc/generated/csi/v1/DeleteVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type LocatedBlock, locateGone } from '../../volumes/block/block-clusters.ts';
import { deleteBlockVolume } from '../../volumes/block/delete-block-volume.ts';
import { decodeVolumeId } from '../decode.ts';
import { type BlockControllerContext, blockKey } from './context.ts';

export function deleteVolumeMethod({
  clusters,
  owner,
}: BlockControllerContext): Method<
  DeleteVolumeRequest__Output,
  LocatedBlock | undefined,
  void,
  DeleteVolumeResponse
> {
  return {
    decode: ({ volumeId }) => locateGone(clusters, decodeVolumeId(volumeId)),
    keys: (located) => (located === undefined ? [] : [blockKey(located)]),
    run: async (located, call) => {
      if (located !== undefined) await deleteBlockVolume(located, owner, call);
    },
    encode: () => ({}),
  };
}
