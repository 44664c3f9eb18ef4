import type { DeleteVolumeRequest__Output } from '../../grpc/generated/csi/v1/DeleteVolumeRequest.ts';
import type { DeleteVolumeResponse } from '../../grpc/generated/csi/v1/DeleteVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type LocatedView, type LocatedVolume, locateForDelete } from '../../volumes/clusters.ts';
import { deleteView } from '../../volumes/delete-view.ts';
import { deleteVolume } from '../../volumes/delete-volume.ts';
import { decodeVolumeId } from '../decode.ts';
import { type ControllerContext, deleteKey } from './context.ts';

export function deleteVolumeMethod({
  clusters,
  owner,
}: ControllerContext): Method<
  DeleteVolumeRequest__Output,
  LocatedVolume | LocatedView | undefined,
  void,
  DeleteVolumeResponse
> {
  return {
    decode: ({ volumeId }) => locateForDelete(clusters, decodeVolumeId(volumeId)),
    keys: (volume) => (volume === undefined ? [] : [deleteKey(volume)]),
    run: async (volume, call) => {
      if (volume?.kind === 'volume') await deleteVolume(volume, owner, call);
      if (volume?.kind === 'view') await deleteView(volume, owner, call);
    },
    encode: () => ({}),
  };
}
