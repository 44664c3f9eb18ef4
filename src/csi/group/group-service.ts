import { csi } from '../../grpc/contract.ts';
import { type Service, service } from '../../grpc/service.ts';
import type { ControllerContext } from '../controller/context.ts';
import { createGroupMethod } from './create-group.ts';
import { deleteGroupMethod } from './delete-group.ts';
import { getGroupMethod } from './get-group.ts';

/** CSI's GroupController: snapshots of several volumes in the same moment. */
export function groupService(context: ControllerContext): Service {
  return service(csi.GroupController.service, {
    CreateVolumeGroupSnapshot: createGroupMethod(context),
    DeleteVolumeGroupSnapshot: deleteGroupMethod(context),
    GetVolumeGroupSnapshot: getGroupMethod(context),
    // No locks: it tells what is fixed.
    GroupControllerGetCapabilities: {
      decode: () => undefined,
      run: async () => undefined,
      encode: () => ({ capabilities: [{ rpc: { type: 'CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT' } }] }),
    },
  });
}
