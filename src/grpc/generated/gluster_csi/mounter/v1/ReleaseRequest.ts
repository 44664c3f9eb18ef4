// From proto/mounter.proto


export interface ReleaseRequest {
}

export interface ReleaseRequest__Output {
}
