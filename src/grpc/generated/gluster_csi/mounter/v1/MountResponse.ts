// From proto/mounter.proto


export interface MountResponse {
}

export interface MountResponse__Output {
}
