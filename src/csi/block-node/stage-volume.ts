import type { NodeStageVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeStageVolumeRequest.ts';
import type { NodeStageVolumeResponse } from '../../grpc/generated/csi/v1/NodeStageVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { StagedUse } from '../../staging/block/block-volume.ts';
import { stageBlock } from '../../staging/block/stage-block.ts';
import { decodeVolumeId } from '../decode.ts';
import { targetKey } from '../node/context.ts';
import { decodePath } from '../node/decode-path.ts';
import { type BlockNodeContext, volumeKey } from './context.ts';
import { decodeBlockUsage, toStagedUse } from './decode-block.ts';

export function stageVolumeMethod(
  context: BlockNodeContext,
): Method<NodeStageVolumeRequest__Output, StagedUse, void, NodeStageVolumeResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      const stagingPath = decodePath(wire.stagingTargetPath, 'staging_target_path');
      return toStagedUse(wire, decodeBlockUsage(wire.volumeCapability), stagingPath);
    },
    keys: ({ volume, stagingPath }) => [volumeKey(volume.id), targetKey(stagingPath)],
    run: (use, call) => stageBlock(context, use, call),
    encode: () => ({}),
  };
}
