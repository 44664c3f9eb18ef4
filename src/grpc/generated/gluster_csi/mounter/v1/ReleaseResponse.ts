// From proto/mounter.proto


export interface ReleaseResponse {
}

export interface ReleaseResponse__Output {
}
