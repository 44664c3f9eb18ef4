import type { NodeStageVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeStageVolumeRequest.ts';
import type { NodeStageVolumeResponse } from '../../grpc/generated/csi/v1/NodeStageVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type StageRequest, stageVolume } from '../../staging/stage-volume.ts';
import { decodeVolumeId } from '../decode.ts';
import { type NodeContext, stagingKeys } from './context.ts';
import { decodePath } from './decode-path.ts';
import { decodeUsage, optionsFor } from './decode-usage.ts';
import { getVolume } from './decode-volume.ts';

/** Secrets and contexts are not looked at: the node's own configuration says where the volume is. */
export function stageVolumeMethod(
  context: NodeContext,
): Method<NodeStageVolumeRequest__Output, StageRequest, void, NodeStageVolumeResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      const stagingPath = decodePath(wire.stagingTargetPath, 'staging_target_path');
      const usage = decodeUsage(wire.volumeCapability);
      // Last: csi-sanity wants a malformed request to be told from one for a volume that is not there.
      const volume = getVolume(wire.volumeId);
      return { volume, stagingPath, options: optionsFor(volume, usage) };
    },
    keys: ({ volume, stagingPath }) => stagingKeys(volume.id, stagingPath),
    run: (request, call) => stageVolume(context, request, call),
    encode: () => ({}),
  };
}
