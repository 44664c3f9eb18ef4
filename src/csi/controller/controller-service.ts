import { csi } from '../../grpc/contract.ts';
import type { _csi_v1_ControllerServiceCapability_RPC_Type__Output as Capability } from '../../grpc/generated/csi/v1/ControllerServiceCapability.ts';
import { type Service, service } from '../../grpc/service.ts';
import type { Clusters } from '../../volumes/clusters.ts';
import { groupService } from '../group/group-service.ts';
import { identityService, type Plugin } from '../identity/identity-service.ts';
import type { ControllerContext } from './context.ts';
import { createSnapshotMethod } from './create-snapshot.ts';
import { createVolumeMethod } from './create-volume.ts';
import { deleteSnapshotMethod } from './delete-snapshot.ts';
import { deleteVolumeMethod } from './delete-volume.ts';
import { expandVolumeMethod } from './expand-volume.ts';
import { getCapacityMethod } from './get-capacity.ts';
import { getSnapshotMethod } from './get-snapshot.ts';
import { getVolumeMethod } from './get-volume.ts';
import { listSnapshotsMethod } from './list-snapshots.ts';
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
  'CREATE_DELETE_SNAPSHOT',
  'LIST_SNAPSHOTS',
  'GET_SNAPSHOT',
  'CLONE_VOLUME',
];

export interface ControllerOptions extends Plugin {
  readonly clusters: Clusters;
}

/** The services of the controller role: Identity, Controller and GroupController. */
export function controllerServices({ clusters, driverName, version }: ControllerOptions): readonly Service[] {
  const context = { clusters, owner: driverName };
  return [identityService({ driverName, version }), controllerService(context), groupService(context)];
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
    CreateSnapshot: createSnapshotMethod(context),
    DeleteSnapshot: deleteSnapshotMethod(context),
    ListSnapshots: listSnapshotsMethod(context),
    GetSnapshot: getSnapshotMethod(context),
    // No locks: it tells what is fixed.
    ControllerGetCapabilities: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({ capabilities: CONTROLLER_CAPABILITIES.map((type) => ({ rpc: { type } })) }),
    },
  });
}
