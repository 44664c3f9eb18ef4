import { isFault } from '../../control/fault.ts';
import type { ValidateVolumeCapabilitiesRequest__Output } from '../../grpc/generated/csi/v1/ValidateVolumeCapabilitiesRequest.ts';
import type { ValidateVolumeCapabilitiesResponse } from '../../grpc/generated/csi/v1/ValidateVolumeCapabilitiesResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type Capability, whyNotOfView, whyUnsupported } from '../../volumes/capability.ts';
import { type Located, locate } from '../../volumes/clusters.ts';
import { getVolume } from '../../volumes/get-volume.ts';
import type { Handle } from '../../volumes/ids.ts';
import { KEYS, toClassText } from '../../volumes/metadata.ts';
import { parseParameters } from '../../volumes/parameters.ts';
import type { Volume } from '../../volumes/spec.ts';
import { decodeVolumeId } from '../decode.ts';
import { decodeCapabilities } from '../decode-capability.ts';
import type { ControllerContext } from './context.ts';

interface Request {
  readonly located: Located;
  readonly capabilities: readonly Capability[];
  readonly wire: ValidateVolumeCapabilitiesRequest__Output;
}
interface Result {
  readonly wire: ValidateVolumeCapabilitiesRequest__Output;
  /** Why the request is not confirmed; undefined when it is. */
  readonly reason: string | undefined;
}

/** No locks: it only reads. What is not served is no error but a reply without confirmation. */
export function validateVolumeCapabilitiesMethod({
  clusters,
}: ControllerContext): Method<
  ValidateVolumeCapabilitiesRequest__Output,
  Request,
  Result,
  ValidateVolumeCapabilitiesResponse
> {
  return {
    decode: (wire) => ({
      located: locate(clusters, decodeVolumeId(wire.volumeId)),
      capabilities: decodeCapabilities(wire.volumeCapabilities),
      wire,
    }),
    async run({ located, capabilities, wire }, call) {
      const volume = await getVolume(located, call);
      const why = located.kind === 'view' ? whyNotOfView : whyUnsupported;
      const reason = capabilities.map(why).find((one) => one !== undefined);
      return { wire, reason: reason ?? whyNotOfClass(located.kind, volume, wire) };
    },
    encode: ({ wire, reason }) => (reason === undefined ? { confirmed: confirm(wire) } : { message: reason }),
  };
}

function confirm(wire: ValidateVolumeCapabilitiesRequest__Output) {
  const { volumeContext, volumeCapabilities, parameters } = wire;
  return { volumeContext, volumeCapabilities, parameters };
}

/** Parameters, when given, are confirmed if they are those that the volume was made with. */
function whyNotOfClass(
  kind: Handle['kind'],
  volume: Volume,
  { parameters, mutableParameters }: ValidateVolumeCapabilitiesRequest__Output,
): string | undefined {
  if (Object.keys(mutableParameters).length > 0) return 'mutable_parameters are not served';
  if (Object.keys(parameters).length === 0) return undefined;
  try {
    const { volumeClass } = parseParameters(parameters);
    const isSame = kind !== 'subvol' && toClassText(volumeClass) === volume.metadata[KEYS.volumeClass];
    return isSame ? undefined : 'the volume was made with other parameters';
  } catch (error) {
    if (isFault(error, 'invalid')) return error.message;
    throw error;
  }
}
