import { csi } from '../../grpc/contract.ts';
import type { _csi_v1_ControllerServiceCapability_RPC_Type__Output as Capability } from '../../grpc/generated/csi/v1/ControllerServiceCapability.ts';
import { type Service, service } from '../../grpc/service.ts';
import type { BlockClusters } from '../../volumes/block/block-clusters.ts';
import { identityService, type Plugin } from '../identity/identity-service.ts';
import type { BlockControllerContext } from './context.ts';
import { createSnapshotMethod } from './create-snapshot.ts';
import { createVolumeMethod } from './create-volume.ts';
import { deleteSnapshotMethod } from './delete-snapshot.ts';
import { deleteVolumeMethod } from './delete-volume.ts';
import { expandVolumeMethod } from './expand-volume.ts';
import { getSnapshotMethod } from './get-snapshot.ts';
import { getVolumeMethod } from './get-volume.ts';
import { listSnapshotsMethod } from './list-snapshots.ts';
import { listVolumesMethod } from './list-volumes.ts';
import { publishVolumeMethod } from './publish-volume.ts';
import { unpublishVolumeMethod } from './unpublish-volume.ts';
import { validateVolumeCapabilitiesMethod } from './validate-volume-capabilities.ts';

/** What ControllerGetCapabilities tells. test/rpc holds it against the methods that are there. */
export const BLOCK_CONTROLLER_CAPABILITIES: readonly Capability[] = [
  'CREATE_DELETE_VOLUME',
  'PUBLISH_UNPUBLISH_VOLUME',
  'PUBLISH_READONLY',
  'EXPAND_VOLUME',
  'LIST_VOLUMES',
  'LIST_VOLUMES_PUBLISHED_NODES',
  'GET_VOLUME',
  'SINGLE_NODE_MULTI_WRITER',
  'CREATE_DELETE_SNAPSHOT',
  'LIST_SNAPSHOTS',
  'GET_SNAPSHOT',
  'CLONE_VOLUME',
];

export interface BlockControllerOptions extends Omit<Plugin, 'serves'> {
  readonly clusters: BlockClusters;
}

/** The services of the block driver in the controller role: Identity and Controller. */
export function blockControllerServices(options: BlockControllerOptions): readonly Service[] {
  const { clusters, driverName, version } = options;
  const context = { clusters, owner: driverName, nodeIds: new Map() };
  return [
    identityService({ driverName, version, serves: ['CONTROLLER_SERVICE'] }),
    controllerService(context),
  ];
}

function controllerService(context: BlockControllerContext): Service {
  return service(csi.Controller.service, {
    CreateVolume: createVolumeMethod(context),
    DeleteVolume: deleteVolumeMethod(context),
    ControllerPublishVolume: publishVolumeMethod(context),
    ControllerUnpublishVolume: unpublishVolumeMethod(context),
    ControllerGetVolume: getVolumeMethod(context),
    ListVolumes: listVolumesMethod(context),
    ValidateVolumeCapabilities: validateVolumeCapabilitiesMethod(context),
    CreateSnapshot: createSnapshotMethod(context),
    DeleteSnapshot: deleteSnapshotMethod(context),
    ListSnapshots: listSnapshotsMethod(context),
    GetSnapshot: getSnapshotMethod(context),
    ControllerExpandVolume: expandVolumeMethod(context),
    // No locks: it tells what is fixed.
    ControllerGetCapabilities: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({ capabilities: BLOCK_CONTROLLER_CAPABILITIES.map((type) => ({ rpc: { type } })) }),
    },
  });
}
