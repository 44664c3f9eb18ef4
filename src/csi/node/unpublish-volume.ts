import type { NodeUnpublishVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeUnpublishVolumeRequest.ts';
import type { NodeUnpublishVolumeResponse } from '../../grpc/generated/csi/v1/NodeUnpublishVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { MountedVolume } from '../../staging/node-volume.ts';
import { unpublishVolume } from '../../staging/unpublish-volume.ts';
import { type NodeContext, targetKey } from './context.ts';
import { decodePath } from './decode-path.ts';
import { findMounted } from './decode-volume.ts';

interface UnpublishRequest {
  /** Undefined: an id that is none of ours, so that nothing of it is here. */
  readonly volume: MountedVolume | undefined;
  readonly target: string;
}

export function unpublishVolumeMethod(
  context: NodeContext,
): Method<NodeUnpublishVolumeRequest__Output, UnpublishRequest, void, NodeUnpublishVolumeResponse> {
  return {
    decode: (wire) => ({
      volume: findMounted(wire.volumeId),
      target: decodePath(wire.targetPath, 'target_path'),
    }),
    keys: ({ target }) => [targetKey(target)],
    run: async ({ volume, target }, call) => {
      if (volume !== undefined) await unpublishVolume(context, { volume, target }, call);
    },
    encode: () => ({}),
  };
}
