import { invalid } from '../../control/fault.ts';
import type { CreateVolumeRequest__Output } from '../../grpc/generated/csi/v1/CreateVolumeRequest.ts';
import type { CreateVolumeResponse } from '../../grpc/generated/csi/v1/CreateVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { chooseCapacity } from '../../volumes/capacity-range.ts';
import { cloneVolume } from '../../volumes/clone-volume.ts';
import { chooseCluster } from '../../volumes/clusters.ts';
import { type CreateVolume, createVolume, type ProvisionedVolume } from '../../volumes/create-volume.ts';
import { type ClusterName, toVolumeName } from '../../volumes/ids.ts';
import { parseParameters } from '../../volumes/parameters.ts';
import { decodeName, decodeRange } from '../decode.ts';
import { decodeCapabilities, requireSupported } from '../decode-capability.ts';
import { decodeContentSource, type LocatedSource } from './content-source.ts';
import { type ControllerContext, volumeKey } from './context.ts';
import { toVolumeReply } from './volume-reply.ts';

interface Request extends CreateVolume {
  readonly cluster: ClusterName;
  readonly source: LocatedSource | undefined;
}
interface Result extends ProvisionedVolume {
  readonly cluster: ClusterName;
  readonly source: string | undefined;
}

export function createVolumeMethod(
  context: ControllerContext,
): Method<CreateVolumeRequest__Output, Request, Result, CreateVolumeResponse> {
  return {
    decode: (wire) => decode(wire, context),
    // Not the source: many may be cloned from one at a time, and its delete is excluded where the bricks are.
    keys: ({ cluster, spec }) => [volumeKey({ cluster, name: spec.name })],
    async run(request, call) {
      const { source, cluster } = request;
      const volume = await (source === undefined
        ? createVolume(request, call)
        : cloneVolume({ ...request, source }, call));
      return { ...volume, cluster, source: source?.handle };
    },
    encode: (volume) => ({ volume: toVolumeReply(volume) }),
  };
}

/**
 * A source decides the cluster where the class names none. Read-only volumes (ROX) of a snapshot are clones like
 * others. accessibility_requirements are not read: volumes are reachable from everywhere, and the plugin says so.
 */
function decode(wire: CreateVolumeRequest__Output, { clusters, owner }: ControllerContext): Request {
  const csiName = decodeName(wire.name);
  requireSupported(decodeCapabilities(wire.volumeCapabilities));
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
  return { cluster, backend, spec, range, claim, owner, source };
}

function refuseUnserved(wire: CreateVolumeRequest__Output): void {
  if (Object.keys(wire.mutableParameters).length > 0) {
    throw invalid('mutable_parameters', 'are not served; leave volumeAttributesClassName out');
  }
}
