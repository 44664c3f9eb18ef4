import type { Call } from '../../control/call.ts';
import { invalid } from '../../control/fault.ts';
import type { CreateVolumeRequest__Output } from '../../grpc/generated/csi/v1/CreateVolumeRequest.ts';
import type { CreateVolumeResponse } from '../../grpc/generated/csi/v1/CreateVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { isReaderMode } from '../../volumes/capability.ts';
import { chooseCapacity } from '../../volumes/capacity-range.ts';
import { cloneVolume } from '../../volumes/clone-volume.ts';
import { chooseCluster } from '../../volumes/clusters.ts';
import { createView, type ProvisionedView } from '../../volumes/create-view.ts';
import { type CreateVolume, createVolume } from '../../volumes/create-volume.ts';
import { type ClusterName, toViewId, toVolumeName } from '../../volumes/ids.ts';
import { parseParameters } from '../../volumes/parameters.ts';
import { decodeName, decodeRange } from '../decode.ts';
import { decodeCapabilities, requireSupported } from '../decode-capability.ts';
import { decodeContentSource, type LocatedSource } from './content-source.ts';
import { type ControllerContext, viewKey, volumeKey } from './context.ts';
import { toVolumeReply } from './volume-reply.ts';

interface Request extends CreateVolume {
  readonly cluster: ClusterName;
  readonly source: LocatedSource | undefined;
  /** Nobody is to write it. */
  readonly isForReaders: boolean;
}
interface Result extends ProvisionedView {
  readonly cluster: ClusterName;
  readonly source: string | undefined;
}

export function createVolumeMethod(
  context: ControllerContext,
): Method<CreateVolumeRequest__Output, Request, Result, CreateVolumeResponse> {
  return {
    decode: (wire) => decode(wire, context),
    // Not the source: many may be cloned from one at a time, and its delete is excluded where the bricks are.
    keys: ({ cluster, spec }) => [
      volumeKey({ cluster, name: spec.name }),
      viewKey({ cluster, view: toViewId(spec.csiName) }),
    ],
    run: async (request, call) => ({
      ...(await make(request, call)),
      cluster: request.cluster,
      source: request.source?.handle,
    }),
    encode: (volume) => ({ volume: toVolumeReply(volume) }),
  };
}

async function make(request: Request, call: Call): Promise<ProvisionedView> {
  const { source } = request;
  if (source === undefined) return { ...(await createVolume(request, call)), view: undefined };
  const clone = { ...request, source };
  // A volume changes: only a snapshot can be shared.
  if (request.isForReaders && source.kind === 'snapshot') return createView(clone, call);
  return { ...(await cloneVolume(clone, call)), view: undefined };
}

/**
 * A source decides the cluster where the class names none. accessibility_requirements are not read: volumes are reachable from everywhere, and the plugin says so.
 */
function decode(wire: CreateVolumeRequest__Output, { clusters, owner }: ControllerContext): Request {
  const csiName = decodeName(wire.name);
  const capabilities = decodeCapabilities(wire.volumeCapabilities);
  requireSupported(capabilities);
  refuseUnserved(wire);
  const { cluster: clusterName, namePrefix, volumeClass, claim } = parseParameters(wire.parameters);
  const source = decodeContentSource(wire.volumeContentSource, clusters);
  const { cluster, backend } = chooseCluster(clusters, clusterName ?? source?.cluster);
  if (source !== undefined && source.cluster !== cluster) {
    throw invalid(
      'volume_content_source',
      `is in cluster ${source.cluster} and the class makes volumes in ${cluster}; use a class of its cluster`,
    );
  }
  const range = decodeRange(wire.capacityRange);
  const spec = {
    ...volumeClass,
    name: toVolumeName(csiName, namePrefix),
    csiName,
    capacityBytes: chooseCapacity(range),
  };
  const isForReaders = capabilities.every(({ mode }) => isReaderMode(mode));
  return { cluster, backend, spec, range, claim, owner, source, isForReaders };
}

function refuseUnserved(wire: CreateVolumeRequest__Output): void {
  if (Object.keys(wire.mutableParameters).length > 0) {
    throw invalid('mutable_parameters', 'are not served; leave volumeAttributesClassName out');
  }
}
