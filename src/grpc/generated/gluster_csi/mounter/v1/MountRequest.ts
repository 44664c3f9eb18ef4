// From proto/mounter.proto


export interface MountRequest {
  'servers'?: (string)[];
  'volume'?: (string);
  'subdirectory'?: (string);
  'target'?: (string);
  'options'?: (string)[];
  'pinned'?: (boolean);
}

export interface MountRequest__Output {
  'servers': (string)[];
  'volume': (string);
  'subdirectory': (string);
  'target': (string);
  'options': (string)[];
  'pinned': (boolean);
}
