// From proto/mounter.proto

import type { Long } from '@grpc/proto-loader';

export interface Client {
  'id'?: (string);
  'volume'?: (string);
  'subdirectory'?: (string);
  'clientId'?: (string);
  'old'?: (boolean);
  'alive'?: (boolean);
  'pid'?: (number);
  'started'?: (number | string | Long);
}

export interface Client__Output {
  'id': (string);
  'volume': (string);
  'subdirectory': (string);
  'clientId': (string);
  'old': (boolean);
  'alive': (boolean);
  'pid': (number);
  'started': (string);
}
