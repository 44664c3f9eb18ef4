import type { GetCapacityRequest__Output } from '../../grpc/generated/csi/v1/GetCapacityRequest.ts';
import type { GetCapacityResponse } from '../../grpc/generated/csi/v1/GetCapacityResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { Capacity } from '../../volumes/backend.ts';
import { whyUnsupported } from '../../volumes/capability.ts';
import { MINIMUM_BYTES } from '../../volumes/capacity-range.ts';
import { chooseCluster } from '../../volumes/clusters.ts';
import { getCapacity } from '../../volumes/get-capacity.ts';
import { type ClassParameters, parseParameters } from '../../volumes/parameters.ts';
import { decodeCapability } from '../decode-capability.ts';
import type { ControllerContext } from './context.ts';

interface Request {
  readonly parameters: ClassParameters;
  readonly isServed: boolean;
}

const NONE: Capacity = { availableBytes: 0n, maximumVolumeBytes: 0n };

/** No locks: it only reads. Of what is not served (block access) there is nothing, which is no error here. */
export function getCapacityMethod({
  clusters,
}: ControllerContext): Method<GetCapacityRequest__Output, Request, Capacity, GetCapacityResponse> {
  return {
    decode(wire) {
      const parameters = parseParameters(wire.parameters);
      if (parameters.cluster !== undefined) chooseCluster(clusters, parameters.cluster);
      const capabilities = wire.volumeCapabilities.map((one, index) =>
        decodeCapability(one, `volume_capabilities[${index}]`),
      );
      return { parameters, isServed: capabilities.every((one) => whyUnsupported(one) === undefined) };
    },
    run: async ({ parameters, isServed }, call) =>
      isServed ? getCapacity(clusters, parameters, call) : NONE,
    encode: ({ availableBytes, maximumVolumeBytes }) => ({
      availableCapacity: String(availableBytes),
      maximumVolumeSize: { value: String(maximumVolumeBytes) },
      minimumVolumeSize: { value: String(MINIMUM_BYTES) },
    }),
  };
}
