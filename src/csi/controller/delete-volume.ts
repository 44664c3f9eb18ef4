import type { DeleteVolumeRequest__Output } from '../../grpc/generated/csi/v1/DeleteVolumeRequest.ts';
import type { DeleteVolumeResponse } from '../../grpc/generated/csi/v1/DeleteVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type LocatedVolume, locateForDelete } from '../../volumes/clusters.ts';
import { deleteVolume } from '../../volumes/delete-volume.ts';
import { decodeVolumeId } from '../decode.ts';
import { type ControllerContext, volumeKey } from './context.ts';

export function deleteVolumeMethod({
  clusters,
  owner,
}: ControllerContext): Method<
  DeleteVolumeRequest__Output,
  LocatedVolume | undefined,
  void,
  DeleteVolumeResponse
> {
  return {
    decode: ({ volumeId }) => locateForDelete(clusters, decodeVolumeId(volumeId)),
    keys: (volume) => (volume === undefined ? [] : [volumeKey(volume)]),
    run: async (volume, call) => {
      if (volume !== undefined) await deleteVolume(volume, owner, call);
    },
    encode: () => ({}),
  };
}
