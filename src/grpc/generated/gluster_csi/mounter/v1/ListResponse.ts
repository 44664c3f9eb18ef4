// From proto/mounter.proto

import type { Client as _gluster_csi_mounter_v1_Client, Client__Output as _gluster_csi_mounter_v1_Client__Output } from '../../../gluster_csi/mounter/v1/Client.ts';

export interface ListResponse {
  'clients'?: (_gluster_csi_mounter_v1_Client)[];
}

export interface ListResponse__Output {
  'clients': (_gluster_csi_mounter_v1_Client__Output)[];
}
