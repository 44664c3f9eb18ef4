import { invalid } from '../../control/fault.ts';
import type { CreateVolumeRequest__Output } from '../../grpc/generated/csi/v1/CreateVolumeRequest.ts';
import type { CreateVolumeResponse } from '../../grpc/generated/csi/v1/CreateVolumeResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { chooseCapacity } from '../../volumes/capacity-range.ts';
import { chooseCluster } from '../../volumes/clusters.ts';
import { type CreateVolume, createVolume, type ProvisionedVolume } from '../../volumes/create-volume.ts';
import { type ClusterName, toVolumeName } from '../../volumes/ids.ts';
import { parseParameters } from '../../volumes/parameters.ts';
import { decodeName, decodeRange } from '../decode.ts';
import { decodeCapabilities, requireSupported } from '../decode-capability.ts';
import { type ControllerContext, volumeKey } from './context.ts';
import { toVolumeReply } from './volume-reply.ts';

interface Request extends CreateVolume {
  readonly cluster: ClusterName;
}
interface Result extends ProvisionedVolume {
  readonly cluster: ClusterName;
}

export function createVolumeMethod(
  context: ControllerContext,
): Method<CreateVolumeRequest__Output, Request, Result, CreateVolumeResponse> {
  return {
    decode: (wire) => decode(wire, context),
    keys: ({ cluster, spec }) => [volumeKey({ cluster, name: spec.name })],
    run: async (request, call) => ({
      ...(await createVolume(request, call)),
      cluster: request.cluster,
    }),
    encode: (volume) => ({ volume: toVolumeReply(volume) }),
  };
}

/** accessibility_requirements are not read: volumes are reachable from everywhere, and the plugin says so. */
function decode(wire: CreateVolumeRequest__Output, { clusters, owner }: ControllerContext): Request {
  const csiName = decodeName(wire.name);
  requireSupported(decodeCapabilities(wire.volumeCapabilities));
  refuseUnserved(wire);
  const { cluster: clusterName, namePrefix, volumeClass, claim } = parseParameters(wire.parameters);
  const { cluster, backend } = chooseCluster(clusters, clusterName);
  const range = decodeRange(wire.capacityRange);
  const spec = {
    ...volumeClass,
    name: toVolumeName(csiName, namePrefix),
    csiName,
    capacityBytes: chooseCapacity(range),
  };
  return { cluster, backend, spec, range, claim, owner };
}

function refuseUnserved(wire: CreateVolumeRequest__Output): void {
  if (wire.volumeContentSource !== null) {
    throw invalid('volume_content_source', 'is not served yet; create the volume empty');
  }
  if (Object.keys(wire.mutableParameters).length > 0) {
    throw invalid('mutable_parameters', 'are not served; leave volumeAttributesClassName out');
  }
}
