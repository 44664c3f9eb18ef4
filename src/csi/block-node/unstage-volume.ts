import type { NodeUnstageVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeUnstageVolumeRequest.ts';
import type { NodeUnstageVolumeResponse } from '../../grpc/generated/csi/v1/NodeUnstageVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { BlockVolume } from '../../staging/block/block-volume.ts';
import { unstageBlock } from '../../staging/block/unstage-block.ts';
import { targetKey } from '../node/context.ts';
import { decodePath } from '../node/decode-path.ts';
import { type BlockNodeContext, volumeKey } from './context.ts';
import { findBlock } from './decode-block.ts';

interface Request {
  /** Undefined: an id that is none of ours, so that nothing of it is here. */
  readonly volume: BlockVolume | undefined;
  readonly stagingPath: string;
}

export function unstageVolumeMethod(
  context: BlockNodeContext,
): Method<NodeUnstageVolumeRequest__Output, Request, void, NodeUnstageVolumeResponse> {
  return {
    decode: (wire) => ({
      volume: findBlock(wire.volumeId),
      stagingPath: decodePath(wire.stagingTargetPath, 'staging_target_path'),
    }),
    keys: ({ volume, stagingPath }) =>
      volume === undefined ? [] : [volumeKey(volume.id), targetKey(stagingPath)],
    run: async ({ volume, stagingPath }, call) => {
      if (volume !== undefined) await unstageBlock(context, { volume, stagingPath }, call);
    },
    encode: () => ({}),
  };
}
