import type { NodeGetVolumeStatsRequest__Output } from '../../grpc/generated/csi/v1/NodeGetVolumeStatsRequest.ts';
import type { NodeGetVolumeStatsResponse } from '../../grpc/generated/csi/v1/NodeGetVolumeStatsResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type BlockUsage, blockStats } from '../../staging/block/block-stats.ts';
import { lunStats } from '../../staging/iscsi/lun-stats.ts';
import { decodeVolumeId } from '../decode.ts';
import { decodeMountedPath, decodeOptionalPath } from '../node/decode-path.ts';
import { toStatsReply } from '../node/get-volume-stats.ts';
import type { BlockNodeContext } from './context.ts';
import { getBlock, type KnownBlock } from './decode-block.ts';

interface StatsRequest {
  readonly found: KnownBlock;
  /** Where the volume is staged or published. */
  readonly path: string;
}

/** No locks: it changes nothing, and kubelet asks often. */
export function getVolumeStatsMethod(
  context: BlockNodeContext,
): Method<NodeGetVolumeStatsRequest__Output, StatsRequest, BlockUsage, NodeGetVolumeStatsResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      const path = decodeMountedPath(wire.volumePath, 'volume_path');
      decodeOptionalPath(wire.stagingTargetPath, 'staging_target_path');
      return { found: getBlock(wire.volumeId), path };
    },
    run: ({ found: { kind, volume }, path }, call) =>
      kind === 'file'
        ? blockStats(context, { volume, path }, call)
        : lunStats(context, { volume, path }, call),
    encode: (found) =>
      found.kind === 'mount'
        ? toStatsReply(found.usage)
        : { usage: [{ unit: 'BYTES', total: String(found.totalBytes) }] },
  };
}
