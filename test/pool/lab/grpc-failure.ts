import { type ServiceError, status } from '@grpc/grpc-js';

export interface GrpcFailure {
  readonly code: string;
  readonly message: string;
}

/** The code's name and the message with which a call fails. Throws when it succeeds. */
export async function failureOf(call: Promise<unknown>): Promise<GrpcFailure> {
  try {
    await call;
  } catch (error) {
    const { code, details } = error as ServiceError;
    if (code === undefined) throw error;
    return { code: status[code] ?? String(code), message: details };
  }
  throw new Error('the call succeeded, a failure was expected');
}
