import { invalid } from '../../control/fault.ts';
import type { ControllerExpandVolumeRequest__Output } from '../../grpc/generated/csi/v1/ControllerExpandVolumeRequest.ts';
import type { ControllerExpandVolumeResponse } from '../../grpc/generated/csi/v1/ControllerExpandVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { whyNotBlock } from '../../volumes/block/block-capability.ts';
import { type LocatedBlock, locateBlock } from '../../volumes/block/block-clusters.ts';
import { providerOf } from '../../volumes/block/block-handle.ts';
import { expandBlockVolume } from '../../volumes/block/expand-block-volume.ts';
import { type CapacityRange, chooseCapacity } from '../../volumes/capacity-range.ts';
import { decodeRange, decodeVolumeId } from '../decode.ts';
import { decodeCapability, requireSupported } from '../decode-capability.ts';
import { type BlockControllerContext, blockKey } from './context.ts';

interface Request {
  readonly located: LocatedBlock;
  readonly range: CapacityRange;
}

/** The disk grows; its device and its file system are for the node, at once or when it is staged next. */
export function expandVolumeMethod({
  clusters,
}: BlockControllerContext): Method<
  ControllerExpandVolumeRequest__Output,
  Request,
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
      if (wire.volumeCapability !== null) {
        const capability = decodeCapability(wire.volumeCapability);
        requireSupported([capability], 'volume_capability', whyNotBlock(providerOf(volumeId)));
      }
      return { located: locateBlock(clusters, volumeId), range };
    },
    keys: ({ located }) => [blockKey(located)],
    run: ({ located, range }, call) => expandBlockVolume(located, range, call),
    encode: (capacityBytes) => ({ capacityBytes: String(capacityBytes), nodeExpansionRequired: true }),
  };
}
