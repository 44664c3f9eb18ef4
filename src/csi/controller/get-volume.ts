import type { ControllerGetVolumeRequest__Output } from '../../grpc/generated/csi/v1/ControllerGetVolumeRequest.ts';
import type { ControllerGetVolumeResponse } from '../../grpc/generated/csi/v1/ControllerGetVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type LocatedVolume, locate } from '../../volumes/clusters.ts';
import { getVolume } from '../../volumes/get-volume.ts';
import { decodeVolumeId } from '../decode.ts';
import type { ControllerContext } from './context.ts';
import { type ToldVolume, toVolumeReply } from './volume-reply.ts';

/** No locks: it only reads. Volumes are not published by the controller, so there are no node ids to tell. */
export function getVolumeMethod({
  clusters,
}: ControllerContext): Method<
  ControllerGetVolumeRequest__Output,
  LocatedVolume,
  ToldVolume,
  ControllerGetVolumeResponse
> {
  return {
    decode: ({ volumeId }) => locate(clusters, decodeVolumeId(volumeId)),
    run: async (located, call) => ({ ...(await getVolume(located, call)), cluster: located.cluster }),
    encode: (volume) => ({ volume: toVolumeReply(volume), status: {} }),
  };
}
