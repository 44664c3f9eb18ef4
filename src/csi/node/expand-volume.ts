import type { NodeExpandVolumeRequest__Output } from '../../grpc/generated/csi/v1/NodeExpandVolumeRequest.ts';
import type { NodeExpandVolumeResponse } from '../../grpc/generated/csi/v1/NodeExpandVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { MountedVolume } from '../../staging/node-volume.ts';
import { volumeStats } from '../../staging/volume-stats.ts';
import { checkRange } from '../../volumes/capacity-range.ts';
import { decodeRange, decodeVolumeId } from '../decode.ts';
import type { NodeContext } from './context.ts';
import { decodeMountedPath, decodeOptionalPath } from './decode-path.ts';
import { decodeUsage } from './decode-usage.ts';
import { getMounted } from './decode-volume.ts';

interface ExpandRequest {
  readonly volume: MountedVolume;
  readonly path: string;
}

/**
 * Gluster's clients see a volume's new size by themselves, so that nothing is done here: the reply is the size that
 * the mount shows. No locks: it changes nothing.
 */
export function expandVolumeMethod(
  context: NodeContext,
): Method<NodeExpandVolumeRequest__Output, ExpandRequest, bigint, NodeExpandVolumeResponse> {
  return {
    decode(wire) {
      decodeVolumeId(wire.volumeId);
      const path = decodeMountedPath(wire.volumePath, 'volume_path');
      decodeOptionalPath(wire.stagingTargetPath, 'staging_target_path');
      if (wire.capacityRange !== null) checkRange(decodeRange(wire.capacityRange));
      if (wire.volumeCapability !== null) decodeUsage(wire.volumeCapability);
      return { volume: getMounted(wire.volumeId), path };
    },
    run: async (request, call) => (await volumeStats(context, request, call)).totalBytes,
    encode: (capacityBytes) => ({ capacityBytes: String(capacityBytes) }),
  };
}
