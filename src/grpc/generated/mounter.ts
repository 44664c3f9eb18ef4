import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Client as _gluster_csi_mounter_v1_Client, Client__Output as _gluster_csi_mounter_v1_Client__Output } from './gluster_csi/mounter/v1/Client.ts';
import type { ListRequest as _gluster_csi_mounter_v1_ListRequest, ListRequest__Output as _gluster_csi_mounter_v1_ListRequest__Output } from './gluster_csi/mounter/v1/ListRequest.ts';
import type { ListResponse as _gluster_csi_mounter_v1_ListResponse, ListResponse__Output as _gluster_csi_mounter_v1_ListResponse__Output } from './gluster_csi/mounter/v1/ListResponse.ts';
import type { MountRequest as _gluster_csi_mounter_v1_MountRequest, MountRequest__Output as _gluster_csi_mounter_v1_MountRequest__Output } from './gluster_csi/mounter/v1/MountRequest.ts';
import type { MountResponse as _gluster_csi_mounter_v1_MountResponse, MountResponse__Output as _gluster_csi_mounter_v1_MountResponse__Output } from './gluster_csi/mounter/v1/MountResponse.ts';
import type { MounterClient as _gluster_csi_mounter_v1_MounterClient, MounterDefinition as _gluster_csi_mounter_v1_MounterDefinition } from './gluster_csi/mounter/v1/Mounter.ts';
import type { ReleaseRequest as _gluster_csi_mounter_v1_ReleaseRequest, ReleaseRequest__Output as _gluster_csi_mounter_v1_ReleaseRequest__Output } from './gluster_csi/mounter/v1/ReleaseRequest.ts';
import type { ReleaseResponse as _gluster_csi_mounter_v1_ReleaseResponse, ReleaseResponse__Output as _gluster_csi_mounter_v1_ReleaseResponse__Output } from './gluster_csi/mounter/v1/ReleaseResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  gluster_csi: {
    mounter: {
      v1: {
        Client: MessageTypeDefinition<_gluster_csi_mounter_v1_Client, _gluster_csi_mounter_v1_Client__Output>
        ListRequest: MessageTypeDefinition<_gluster_csi_mounter_v1_ListRequest, _gluster_csi_mounter_v1_ListRequest__Output>
        ListResponse: MessageTypeDefinition<_gluster_csi_mounter_v1_ListResponse, _gluster_csi_mounter_v1_ListResponse__Output>
        MountRequest: MessageTypeDefinition<_gluster_csi_mounter_v1_MountRequest, _gluster_csi_mounter_v1_MountRequest__Output>
        MountResponse: MessageTypeDefinition<_gluster_csi_mounter_v1_MountResponse, _gluster_csi_mounter_v1_MountResponse__Output>
        Mounter: SubtypeConstructor<typeof grpc.Client, _gluster_csi_mounter_v1_MounterClient> & { service: _gluster_csi_mounter_v1_MounterDefinition }
        ReleaseRequest: MessageTypeDefinition<_gluster_csi_mounter_v1_ReleaseRequest, _gluster_csi_mounter_v1_ReleaseRequest__Output>
        ReleaseResponse: MessageTypeDefinition<_gluster_csi_mounter_v1_ReleaseResponse, _gluster_csi_mounter_v1_ReleaseResponse__Output>
      }
    }
  }
}

