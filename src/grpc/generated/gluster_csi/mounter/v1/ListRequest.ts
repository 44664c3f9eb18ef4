// From proto/mounter.proto


export interface ListRequest {
}

export interface ListRequest__Output {
}
