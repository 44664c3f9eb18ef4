import type { NodeExpandVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeExpandVolumeRequest.ts';
import type { NodeExpandVolumeResponse } from '../../grpc/generated/csi/v1/NodeExpandVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type ExpandBlock, expandBlock } from '../../staging/block/expand-block.ts';
import { checkRange } from '../../volumes/capacity-range.ts';
import { decodeRange, decodeVolumeId } from '../decode.ts';
import { decodeMountedPath, decodeOptionalPath } from '../node/decode-path.ts';
import { type BlockNodeContext, volumeKey } from './context.ts';
import { decodeBlockUsage, getBlock } from './decode-block.ts';

export function expandVolumeMethod(
  context: BlockNodeContext,
): Method<NodeExpandVolumeRequest__Output, ExpandBlock, bigint, NodeExpandVolumeResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      const path = decodeMountedPath(wire.volumePath, 'volume_path');
      decodeOptionalPath(wire.stagingTargetPath, 'staging_target_path');
      const range = decodeRange(wire.capacityRange);
      checkRange(range);
      if (wire.volumeCapability !== null) decodeBlockUsage(wire.volumeCapability);
      return { volume: getBlock(wire.volumeId), path, requiredBytes: range.requiredBytes };
    },
    keys: ({ volume }) => [volumeKey(volume.id)],
    run: (request, call) => expandBlock(context, request, call),
    encode: (capacityBytes) => ({ capacityBytes: String(capacityBytes) }),
  };
}
