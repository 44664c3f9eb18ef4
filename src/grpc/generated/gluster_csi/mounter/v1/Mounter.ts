// From proto/mounter.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ListRequest as _gluster_csi_mounter_v1_ListRequest, ListRequest__Output as _gluster_csi_mounter_v1_ListRequest__Output } from '../../../gluster_csi/mounter/v1/ListRequest.ts';
import type { ListResponse as _gluster_csi_mounter_v1_ListResponse, ListResponse__Output as _gluster_csi_mounter_v1_ListResponse__Output } from '../../../gluster_csi/mounter/v1/ListResponse.ts';
import type { MountRequest as _gluster_csi_mounter_v1_MountRequest, MountRequest__Output as _gluster_csi_mounter_v1_MountRequest__Output } from '../../../gluster_csi/mounter/v1/MountRequest.ts';
import type { MountResponse as _gluster_csi_mounter_v1_MountResponse, MountResponse__Output as _gluster_csi_mounter_v1_MountResponse__Output } from '../../../gluster_csi/mounter/v1/MountResponse.ts';
import type { ReleaseRequest as _gluster_csi_mounter_v1_ReleaseRequest, ReleaseRequest__Output as _gluster_csi_mounter_v1_ReleaseRequest__Output } from '../../../gluster_csi/mounter/v1/ReleaseRequest.ts';
import type { ReleaseResponse as _gluster_csi_mounter_v1_ReleaseResponse, ReleaseResponse__Output as _gluster_csi_mounter_v1_ReleaseResponse__Output } from '../../../gluster_csi/mounter/v1/ReleaseResponse.ts';

export interface MounterClient extends grpc.Client {
  List(argument: _gluster_csi_mounter_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _gluster_csi_mounter_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _gluster_csi_mounter_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _gluster_csi_mounter_v1_ListRequest, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _gluster_csi_mounter_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _gluster_csi_mounter_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _gluster_csi_mounter_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _gluster_csi_mounter_v1_ListRequest, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  
  Mount(argument: _gluster_csi_mounter_v1_MountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_MountResponse__Output>): grpc.ClientUnaryCall;
  Mount(argument: _gluster_csi_mounter_v1_MountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_gluster_csi_mounter_v1_MountResponse__Output>): grpc.ClientUnaryCall;
  Mount(argument: _gluster_csi_mounter_v1_MountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_MountResponse__Output>): grpc.ClientUnaryCall;
  Mount(argument: _gluster_csi_mounter_v1_MountRequest, callback: grpc.requestCallback<_gluster_csi_mounter_v1_MountResponse__Output>): grpc.ClientUnaryCall;
  mount(argument: _gluster_csi_mounter_v1_MountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_MountResponse__Output>): grpc.ClientUnaryCall;
  mount(argument: _gluster_csi_mounter_v1_MountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_gluster_csi_mounter_v1_MountResponse__Output>): grpc.ClientUnaryCall;
  mount(argument: _gluster_csi_mounter_v1_MountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_MountResponse__Output>): grpc.ClientUnaryCall;
  mount(argument: _gluster_csi_mounter_v1_MountRequest, callback: grpc.requestCallback<_gluster_csi_mounter_v1_MountResponse__Output>): grpc.ClientUnaryCall;
  
  Release(argument: _gluster_csi_mounter_v1_ReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ReleaseResponse__Output>): grpc.ClientUnaryCall;
  Release(argument: _gluster_csi_mounter_v1_ReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ReleaseResponse__Output>): grpc.ClientUnaryCall;
  Release(argument: _gluster_csi_mounter_v1_ReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ReleaseResponse__Output>): grpc.ClientUnaryCall;
  Release(argument: _gluster_csi_mounter_v1_ReleaseRequest, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ReleaseResponse__Output>): grpc.ClientUnaryCall;
  release(argument: _gluster_csi_mounter_v1_ReleaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ReleaseResponse__Output>): grpc.ClientUnaryCall;
  release(argument: _gluster_csi_mounter_v1_ReleaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ReleaseResponse__Output>): grpc.ClientUnaryCall;
  release(argument: _gluster_csi_mounter_v1_ReleaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ReleaseResponse__Output>): grpc.ClientUnaryCall;
  release(argument: _gluster_csi_mounter_v1_ReleaseRequest, callback: grpc.requestCallback<_gluster_csi_mounter_v1_ReleaseResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface MounterHandlers extends grpc.UntypedServiceImplementation {
  List: grpc.handleUnaryCall<_gluster_csi_mounter_v1_ListRequest__Output, _gluster_csi_mounter_v1_ListResponse>;
  
  Mount: grpc.handleUnaryCall<_gluster_csi_mounter_v1_MountRequest__Output, _gluster_csi_mounter_v1_MountResponse>;
  
  Release: grpc.handleUnaryCall<_gluster_csi_mounter_v1_ReleaseRequest__Output, _gluster_csi_mounter_v1_ReleaseResponse>;
  
}

export interface MounterDefinition extends grpc.ServiceDefinition {
  List: MethodDefinition<_gluster_csi_mounter_v1_ListRequest, _gluster_csi_mounter_v1_ListResponse, _gluster_csi_mounter_v1_ListRequest__Output, _gluster_csi_mounter_v1_ListResponse__Output>
  Mount: MethodDefinition<_gluster_csi_mounter_v1_MountRequest, _gluster_csi_mounter_v1_MountResponse, _gluster_csi_mounter_v1_MountRequest__Output, _gluster_csi_mounter_v1_MountResponse__Output>
  Release: MethodDefinition<_gluster_csi_mounter_v1_ReleaseRequest, _gluster_csi_mounter_v1_ReleaseResponse, _gluster_csi_mounter_v1_ReleaseRequest__Output, _gluster_csi_mounter_v1_ReleaseResponse__Output>
}
