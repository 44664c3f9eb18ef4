import { invalid } from '../../control/fault.ts';
import type { CreateVolumeRequest__Output } from '../../grpc/generated/csi/v1/CreateVolumeRequest.ts';
import type { CreateVolumeResponse } from '../../grpc/generated/csi/v1/CreateVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { fsTypeOf, whyNotBlock } from '../../volumes/block/block-capability.ts';
import { parseBlockParameters } from '../../volumes/block/block-parameters.ts';
import { type CreateBlock, createBlockVolume } from '../../volumes/block/create-block-volume.ts';
import type { Capability } from '../../volumes/capability.ts';
import { chooseCapacity, MIB, MINIMUM_BYTES } from '../../volumes/capacity-range.ts';
import { chooseCluster } from '../../volumes/clusters.ts';
import { toVolumeName } from '../../volumes/ids.ts';
import { decodeName, decodeRange } from '../decode.ts';
import { decodeCapabilities, requireSupported } from '../decode-capability.ts';
import { type ToldBlock, toBlockReply } from './block-reply.ts';
import { type BlockControllerContext, blockKey } from './context.ts';

/** mkfs.xfs makes no smaller one. */
const XFS_MINIMUM_BYTES = 300n * MIB;

export function createVolumeMethod(
  context: BlockControllerContext,
): Method<CreateVolumeRequest__Output, CreateBlock, ToldBlock, CreateVolumeResponse> {
  return {
    decode: (wire) => decode(wire, context),
    keys: ({ cluster, spec }) => [blockKey({ cluster, name: spec.name })],
    run: async (request, call) => ({
      ...(await createBlockVolume(request, call)),
      cluster: request.cluster,
    }),
    encode: (volume) => ({ volume: toBlockReply(volume) }),
  };
}

/** accessibility_requirements are not read: a hosting volume is reached from everywhere, and the plugin says so. */
function decode(wire: CreateVolumeRequest__Output, { clusters, owner }: BlockControllerContext): CreateBlock {
  const csiName = decodeName(wire.name);
  const capabilities = decodeCapabilities(wire.volumeCapabilities);
  const {
    cluster: clusterName,
    namePrefix,
    provider,
    hosting,
    claim,
  } = parseBlockParameters(wire.parameters);
  requireSupported(capabilities, 'volume_capabilities', whyNotBlock(provider));
  refuseUnserved(wire);
  const { cluster, backend } = chooseCluster(clusters, clusterName);
  const range = decodeRange(wire.capacityRange);
  const spec = {
    provider,
    name: toVolumeName(csiName, namePrefix),
    csiName,
    capacityBytes: chooseCapacity(range, minimumFor(capabilities)),
    hosting,
  };
  return { cluster, backend, spec, range, claim, owner };
}

function minimumFor(capabilities: readonly Capability[]): bigint {
  return capabilities.some((one) => fsTypeOf(one) === 'xfs') ? XFS_MINIMUM_BYTES : MINIMUM_BYTES;
}

function refuseUnserved(wire: CreateVolumeRequest__Output): void {
  if (wire.volumeContentSource !== null) {
    throw invalid(
      'volume_content_source',
      'is not served: block volumes begin empty; make it without a source and copy into it',
    );
  }
  if (Object.keys(wire.mutableParameters).length > 0) {
    throw invalid('mutable_parameters', 'are not served; leave volumeAttributesClassName out');
  }
}
