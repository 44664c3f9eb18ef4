/**
 * Every way in which a request can fail, by what the caller should do next. The edges translate:
 * `grpc/status.ts` to gRPC codes, `gateway/http-status.ts` to HTTP statuses. Anything that is thrown and
 * is not a Fault is a bug and leaves as "internal error, request <id>".
 */
export type FaultKind =
  /** A field is missing or bad; the message names the field and the remedy. Final. */
  | 'invalid'
  /** The size asked for is outside what is allowed. Final. */
  | 'out-of-range'
  /** The volume, snapshot, peer, device or node does not exist. Final (deletes treat it as success). */
  | 'not-found'
  /** The name exists with another specification, or something else is mounted at the target. Final. */
  | 'conflict'
  /** No space, no bricks, or a limit reached. Final, or rescheduled. */
  | 'exhausted'
  /** The thing is in use or in another state than the request needs. Final until somebody acts. */
  | 'wrong-state'
  /** Another request works on the same thing. Retried by the caller. */
  | 'busy'
  /** An unknown list token. */
  | 'stale-token'
  /** A server or daemon cannot be reached, and nothing was changed yet. Retried by the caller. */
  | 'unreachable'
  /** A mutation was sent and its outcome is unknown, or an undo failed. The retry finds out. */
  | 'uncertain'
  /** The caller's deadline passed, or a command's. */
  | 'timed-out'
  /** The caller went away. */
  | 'cancelled'
  /** Credentials are missing or wrong. */
  | 'unauthenticated'
  /** Credentials are right and not enough. */
  | 'denied'
  /** Not served in this mode. */
  | 'unsupported';

/** An expected failure. `message` may reach users: lower case, names the thing and the remedy, no secrets. */
export class Fault extends Error {
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'Fault';
    this.kind = kind;
  }
}

/** A bad field: `invalid('capacity_range.limit_bytes', 'is below required_bytes; raise it')`. */
export function invalid(field: string, reason: string, options?: { cause?: unknown }): Fault {
  return new Fault('invalid', `${field}: ${reason}`, options);
}

/** True when `error` is a Fault of one of the given kinds (of any kind when none is given). */
export function isFault(error: unknown, ...kinds: readonly FaultKind[]): error is Fault {
  return error instanceof Fault && (kinds.length === 0 || kinds.includes(error.kind));
}
