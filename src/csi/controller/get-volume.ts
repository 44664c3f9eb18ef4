import type { ControllerGetVolumeRequest__Output } from '../../grpc/generated/csi/v1/ControllerGetVolumeRequest.ts';
import type { ControllerGetVolumeResponse } from '../../grpc/generated/csi/v1/ControllerGetVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type Located, locate } from '../../volumes/clusters.ts';
import { getVolume } from '../../volumes/get-volume.ts';
import { KEYS } from '../../volumes/metadata.ts';
import { decodeVolumeId } from '../decode.ts';
import type { ControllerContext } from './context.ts';
import { type ToldVolume, toVolumeReply } from './volume-reply.ts';

/** No locks: it only reads. Volumes are not published by the controller, so there are no node ids to tell. */
export function getVolumeMethod({
  clusters,
}: ControllerContext): Method<
  ControllerGetVolumeRequest__Output,
  Located,
  ToldVolume,
  ControllerGetVolumeResponse
> {
  return {
    decode: ({ volumeId }) => locate(clusters, decodeVolumeId(volumeId)),
    async run(located, call) {
      const { capacityBytes, metadata } = await getVolume(located, call);
      // Of a directory only its volume is known to be there, and it has no size of its own.
      if (located.kind === 'subvol') return { ...located, capacityBytes: undefined };
      return { ...located, capacityBytes, source: metadata[KEYS.source] };
    },
    encode: (volume) => ({ volume: toVolumeReply(volume), status: {} }),
  };
}
