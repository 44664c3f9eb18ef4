// From proto/mounter.proto


export interface MountResponse {
  'pinned'?: (boolean);
}

export interface MountResponse__Output {
  'pinned': (boolean);
}
