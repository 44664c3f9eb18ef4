import { isFault } from '../../control/fault.ts';
import type { ValidateVolumeCapabilitiesRequest__Output } from '../../grpc/generated/csi/v1/ValidateVolumeCapabilitiesRequest.ts';
import type { ValidateVolumeCapabilitiesResponse } from '../../grpc/generated/csi/v1/ValidateVolumeCapabilitiesResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { BlockVolume } from '../../volumes/block/block-backend.ts';
import { whyNotBlock } from '../../volumes/block/block-capability.ts';
import { type LocatedBlock, locateBlock } from '../../volumes/block/block-clusters.ts';
import { toHostingText } from '../../volumes/block/block-metadata.ts';
import { parseBlockParameters } from '../../volumes/block/block-parameters.ts';
import { getBlockVolume } from '../../volumes/block/get-block-volume.ts';
import type { Capability } from '../../volumes/capability.ts';
import { KEYS } from '../../volumes/metadata.ts';
import { decodeVolumeId } from '../decode.ts';
import { decodeCapabilities } from '../decode-capability.ts';
import type { BlockControllerContext } from './context.ts';

type Wire = ValidateVolumeCapabilitiesRequest__Output;

interface Request {
  readonly located: LocatedBlock;
  readonly capabilities: readonly Capability[];
  readonly wire: Wire;
}
interface Result {
  readonly wire: Wire;
  /** Why the request is not confirmed; undefined when it is. */
  readonly reason: string | undefined;
}

/** No locks: it only reads. What is not served is no error but a reply without confirmation. */
export function validateVolumeCapabilitiesMethod({
  clusters,
}: BlockControllerContext): Method<Wire, Request, Result, ValidateVolumeCapabilitiesResponse> {
  return {
    decode: (wire) => ({
      located: locateBlock(clusters, decodeVolumeId(wire.volumeId)),
      capabilities: decodeCapabilities(wire.volumeCapabilities),
      wire,
    }),
    async run({ located, capabilities, wire }, call) {
      const volume = await getBlockVolume(located, call);
      const reason = capabilities.map(whyNotBlock(volume.provider)).find((one) => one !== undefined);
      return { wire, reason: reason ?? whyNotOfClass(volume, wire) };
    },
    encode: ({ wire, reason }) => {
      if (reason !== undefined) return { message: reason };
      const { volumeContext, volumeCapabilities, parameters } = wire;
      return { confirmed: { volumeContext, volumeCapabilities, parameters } };
    },
  };
}

/** Parameters, when given, are confirmed if they are those that the volume was made with. */
function whyNotOfClass(volume: BlockVolume, { parameters, mutableParameters }: Wire): string | undefined {
  if (Object.keys(mutableParameters).length > 0) return 'mutable_parameters are not served';
  if (Object.keys(parameters).length === 0) return undefined;
  try {
    const { provider, hosting } = parseBlockParameters(parameters);
    const isSame =
      provider === volume.provider && toHostingText(hosting) === volume.metadata[KEYS.volumeClass];
    return isSame ? undefined : 'the volume was made with other parameters';
  } catch (error) {
    if (isFault(error, 'invalid')) return error.message;
    throw error;
  }
}
