import type { Call } from '../../control/call.ts';
import { invalid } from '../../control/fault.ts';
import type { CreateVolumeRequest__Output } from '../../grpc/generated/csi/v1/CreateVolumeRequest.ts';
import type { CreateVolumeResponse } from '../../grpc/generated/csi/v1/CreateVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { BlockVolume } from '../../volumes/block/block-backend.ts';
import { fsTypeOf, whyNotBlock } from '../../volumes/block/block-capability.ts';
import type { BlockProvider } from '../../volumes/block/block-handle.ts';
import { parseBlockParameters } from '../../volumes/block/block-parameters.ts';
import type { BlockSource } from '../../volumes/block/block-snapshot.ts';
import { cloneBlockVolume } from '../../volumes/block/clone-block-volume.ts';
import { type CreateBlock, createBlockVolume } from '../../volumes/block/create-block-volume.ts';
import type { Capability } from '../../volumes/capability.ts';
import { chooseCapacity, MIB, MINIMUM_BYTES } from '../../volumes/capacity-range.ts';
import { chooseCluster } from '../../volumes/clusters.ts';
import { type ClusterName, toVolumeName } from '../../volumes/ids.ts';
import { decodeName, decodeRange } from '../decode.ts';
import { decodeCapabilities, requireSupported } from '../decode-capability.ts';
import { type ToldBlock, toBlockReply } from './block-reply.ts';
import { decodeBlockSource, type LocatedBlockSource } from './content-source.ts';
import { type BlockControllerContext, blockKey } from './context.ts';

/** mkfs.xfs makes no smaller one. */
const XFS_MINIMUM_BYTES = 300n * MIB;

type Request = CreateBlock & { readonly source: BlockSource | undefined };

export function createVolumeMethod(
  context: BlockControllerContext,
): Method<CreateVolumeRequest__Output, Request, ToldBlock, CreateVolumeResponse> {
  return {
    decode: (wire) => decode(wire, context),
    keys: ({ cluster, spec }) => [blockKey({ cluster, name: spec.name })],
    run: async (request, call) => ({
      ...(await make(request, call)),
      cluster: request.cluster,
    }),
    encode: (volume) => ({ volume: toBlockReply(volume) }),
  };
}

function make(request: Request, call: Call): Promise<BlockVolume> {
  const { source, sourceHandle } = request;
  if (source === undefined || sourceHandle === undefined) return createBlockVolume(request, call);
  return cloneBlockVolume({ ...request, source, sourceHandle }, call);
}

/** accessibility_requirements are not read: a hosting volume is reached from everywhere, and the plugin says so. */
function decode(wire: CreateVolumeRequest__Output, { clusters, owner }: BlockControllerContext): Request {
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
  const source = decodeBlockSource(wire.volumeContentSource, clusters);
  const { cluster, backend } = chooseCluster(clusters, clusterName ?? source?.cluster);
  if (source !== undefined) requireCopyable(source, { cluster, provider });
  const range = decodeRange(wire.capacityRange);
  const spec = {
    provider,
    name: toVolumeName(csiName, namePrefix),
    csiName,
    capacityBytes: chooseCapacity(range, minimumFor(capabilities)),
    hosting,
  };
  return { cluster, backend, spec, range, claim, owner, source, sourceHandle: source?.handle };
}

/** Throws `invalid`. */
function requireCopyable(
  source: LocatedBlockSource,
  { cluster, provider }: { readonly cluster: ClusterName; readonly provider: BlockProvider },
): void {
  const field = 'volume_content_source';
  if (source.cluster !== cluster) {
    throw invalid(
      field,
      `is in cluster ${source.cluster} and the class makes volumes in ${cluster}; use a class of its cluster`,
    );
  }
  if (provider !== 'virtblock' || source.provider !== 'virtblock')
    throw invalid(
      field,
      'and what is made of it are of kind virtblock; block volumes over iSCSI begin empty',
    );
}

function minimumFor(capabilities: readonly Capability[]): bigint {
  return capabilities.some((one) => fsTypeOf(one) === 'xfs') ? XFS_MINIMUM_BYTES : MINIMUM_BYTES;
}

function refuseUnserved(wire: CreateVolumeRequest__Output): void {
  if (Object.keys(wire.mutableParameters).length > 0) {
    throw invalid('mutable_parameters', 'are not served; leave volumeAttributesClassName out');
  }
}
