import type { NodeExpandVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeExpandVolumeRequest.ts';
import type { NodeExpandVolumeResponse } from '../../grpc/generated/csi/v1/NodeExpandVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { expandBlock } from '../../staging/block/expand-block.ts';
import { expandLun } from '../../staging/iscsi/expand-lun.ts';
import { checkRange } from '../../volumes/capacity-range.ts';
import { decodeRange, decodeVolumeId } from '../decode.ts';
import { decodeMountedPath, decodeOptionalPath } from '../node/decode-path.ts';
import { type BlockNodeContext, volumeKey } from './context.ts';
import { decodeBlockUsage, getBlock, type KnownBlock } from './decode-block.ts';

interface Request {
  readonly found: KnownBlock;
  /** Where the volume is staged or published. */
  readonly path: string;
  readonly requiredBytes: bigint;
}

export function expandVolumeMethod(
  context: BlockNodeContext,
): Method<NodeExpandVolumeRequest__Output, Request, bigint, NodeExpandVolumeResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      const path = decodeMountedPath(wire.volumePath, 'volume_path');
      decodeOptionalPath(wire.stagingTargetPath, 'staging_target_path');
      const range = decodeRange(wire.capacityRange);
      checkRange(range);
      if (wire.volumeCapability !== null) decodeBlockUsage(wire.volumeCapability, wire.volumeId);
      return { found: getBlock(wire.volumeId), path, requiredBytes: range.requiredBytes };
    },
    keys: ({ found }) => [volumeKey(found.volume.id)],
    run: ({ found: { kind, volume }, ...rest }, call) =>
      kind === 'file'
        ? expandBlock(context, { ...rest, volume }, call)
        : expandLun(context, { ...rest, volume }, call),
    encode: (capacityBytes) => ({ capacityBytes: String(capacityBytes) }),
  };
}
