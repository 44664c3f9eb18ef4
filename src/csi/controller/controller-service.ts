import { csi } from '../../grpc/contract.ts';
import type { _csi_v1_ControllerServiceCapability_RPC_Type__Output as Capability } from '../../grpc/generated/csi/v1/ControllerServiceCapability.ts';
import { type Service, service } from '../../grpc/service.ts';
import type { Clusters } from '../../volumes/clusters.ts';
import { identityService, type Plugin } from '../identity/identity-service.ts';
import type { ControllerContext } from './context.ts';
import { createVolumeMethod } from './create-volume.ts';
import { deleteVolumeMethod } from './delete-volume.ts';
import { expandVolumeMethod } from './expand-volume.ts';
import { getCapacityMethod } from './get-capacity.ts';
import { getVolumeMethod } from './get-volume.ts';
import { listVolumesMethod } from './list-volumes.ts';
import { validateVolumeCapabilitiesMethod } from './validate-volume-capabilities.ts';

/** What ControllerGetCapabilities tells. test/rpc holds it against the methods that are there. */
export const CONTROLLER_CAPABILITIES: readonly Capability[] = [
  'CREATE_DELETE_VOLUME',
  'EXPAND_VOLUME',
  'LIST_VOLUMES',
  'GET_CAPACITY',
  'GET_VOLUME',
  'SINGLE_NODE_MULTI_WRITER',
];

export interface ControllerOptions extends Plugin {
  readonly clusters: Clusters;
}

/** The services of the controller role: Identity and Controller. */
export function controllerServices({ clusters, driverName, version }: ControllerOptions): readonly Service[] {
  return [identityService({ driverName, version }), controllerService({ clusters, owner: driverName })];
}

function controllerService(context: ControllerContext): Service {
  return service(csi.Controller.service, {
    CreateVolume: createVolumeMethod(context),
    DeleteVolume: deleteVolumeMethod(context),
    ControllerGetVolume: getVolumeMethod(context),
    ListVolumes: listVolumesMethod(context),
    GetCapacity: getCapacityMethod(context),
    ValidateVolumeCapabilities: validateVolumeCapabilitiesMethod(context),
    ControllerExpandVolume: expandVolumeMethod(context),
    // No locks: it tells what is fixed.
    ControllerGetCapabilities: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({ capabilities: CONTROLLER_CAPABILITIES.map((type) => ({ rpc: { type } })) }),
    },
  });
}
