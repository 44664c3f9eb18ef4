import type { NodeGetVolumeStatsRequest__Output } from '../../grpc/generated/csi/v1/NodeGetVolumeStatsRequest.ts';
import type { NodeGetVolumeStatsResponse } from '../../grpc/generated/csi/v1/NodeGetVolumeStatsResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { FileSystemUsage } from '../../staging/host.ts';
import type { MountedVolume } from '../../staging/node-volume.ts';
import { volumeStats } from '../../staging/volume-stats.ts';
import { decodeVolumeId } from '../decode.ts';
import type { NodeContext } from './context.ts';
import { decodeMountedPath, decodeOptionalPath } from './decode-path.ts';
import { getMounted } from './decode-volume.ts';

interface StatsRequest {
  readonly volume: MountedVolume;
  /** Where the volume is staged or published. */
  readonly path: string;
}

/** No locks: it changes nothing, and kubelet asks often. */
export function getVolumeStatsMethod(
  context: NodeContext,
): Method<NodeGetVolumeStatsRequest__Output, StatsRequest, FileSystemUsage, NodeGetVolumeStatsResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      const path = decodeMountedPath(wire.volumePath, 'volume_path');
      decodeOptionalPath(wire.stagingTargetPath, 'staging_target_path');
      return { volume: getMounted(wire.volumeId), path };
    },
    run: (request, call) => volumeStats(context, request, call),
    encode: toStatsReply,
  };
}

/** As the CO is told of a file system's usage. */
export function toStatsReply(usage: FileSystemUsage): NodeGetVolumeStatsResponse {
  const { totalBytes, usedBytes, availableBytes, totalInodes, freeInodes } = usage;
  return {
    usage: [
      {
        unit: 'BYTES',
        total: String(totalBytes),
        used: String(usedBytes),
        available: String(availableBytes),
      },
      {
        unit: 'INODES',
        total: String(totalInodes),
        used: String(totalInodes - freeInodes),
        available: String(freeInodes),
      },
    ],
  };
}
