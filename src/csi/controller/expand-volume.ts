import { invalid } from '../../control/fault.ts';
import type { ControllerExpandVolumeRequest__Output } from '../../grpc/generated/csi/v1/ControllerExpandVolumeRequest.ts';
import type { ControllerExpandVolumeResponse } from '../../grpc/generated/csi/v1/ControllerExpandVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { chooseCapacity } from '../../volumes/capacity-range.ts';
import { locate } from '../../volumes/clusters.ts';
import { type ExpandVolume, expandVolume } from '../../volumes/expand-volume.ts';
import { decodeRange, decodeVolumeId } from '../decode.ts';
import { decodeCapability, requireSupported } from '../decode-capability.ts';
import { type ControllerContext, volumeKey } from './context.ts';

/** Gluster's clients see the new size by themselves, so nothing is left for the node to do. */
export function expandVolumeMethod({
  clusters,
  owner,
}: ControllerContext): Method<
  ControllerExpandVolumeRequest__Output,
  ExpandVolume,
  bigint,
  ControllerExpandVolumeResponse
> {
  return {
    decode(wire) {
      const volumeId = decodeVolumeId(wire.volumeId);
      const range = decodeRange(wire.capacityRange);
      if (range.requiredBytes === 0n && range.limitBytes === 0n) {
        throw invalid('capacity_range', 'is missing; give required_bytes');
      }
      chooseCapacity(range);
      if (wire.volumeCapability !== null) requireSupported([decodeCapability(wire.volumeCapability)]);
      const volume = locate(clusters, volumeId);
      if (volume.kind === 'volume') return { volume, range, owner };
      // By its code, external-resizer takes it as not feasible and all but stops asking.
      throw invalid(
        'volume_id',
        volume.kind === 'view'
          ? 'is a read-only view of a snapshot, which never needs more space; restore the snapshot into a claim that may write, and expand that'
          : `is a directory, which has no size of its own; expand volume ${volume.name}`,
      );
    },
    keys: ({ volume }) => [volumeKey(volume)],
    run: expandVolume,
    encode: (capacityBytes) => ({ capacityBytes: String(capacityBytes), nodeExpansionRequired: false }),
  };
}
