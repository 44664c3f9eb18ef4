import type { NodeUnstageVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeUnstageVolumeRequest.ts';
import type { NodeUnstageVolumeResponse } from '../../grpc/generated/csi/v1/NodeUnstageVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { NodeVolume } from '../../staging/node-volume.ts';
import { unstageVolume } from '../../staging/unstage-volume.ts';
import { type NodeContext, stagingKeys } from './context.ts';
import { decodePath } from './decode-path.ts';
import { findVolume } from './decode-volume.ts';

interface UnstageRequest {
  /** Undefined: an id that is none of ours, so that nothing of it is here. */
  readonly volume: NodeVolume | undefined;
  readonly stagingPath: string;
}

export function unstageVolumeMethod(
  context: NodeContext,
): Method<NodeUnstageVolumeRequest__Output, UnstageRequest, void, NodeUnstageVolumeResponse> {
  return {
    decode: (wire) => ({
      volume: findVolume(wire.volumeId),
      stagingPath: decodePath(wire.stagingTargetPath, 'staging_target_path'),
    }),
    keys: ({ volume, stagingPath }) => (volume === undefined ? [] : stagingKeys(volume.id, stagingPath)),
    run: async ({ volume, stagingPath }, call) => {
      if (volume !== undefined) await unstageVolume(context, { volume, stagingPath }, call);
    },
    encode: () => ({}),
  };
}
