import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { Fault, type FaultKind } from '../control/fault.ts';

/** The only place that names gRPC codes. Total: a new fault kind does not compile until it has one. */
const CODES = {
  invalid: status.INVALID_ARGUMENT,
  'out-of-range': status.OUT_OF_RANGE,
  'not-found': status.NOT_FOUND,
  conflict: status.ALREADY_EXISTS,
  exhausted: status.RESOURCE_EXHAUSTED,
  'wrong-state': status.FAILED_PRECONDITION,
  busy: status.ABORTED,
  'stale-token': status.ABORTED,
  unreachable: status.UNAVAILABLE,
  uncertain: status.UNAVAILABLE,
  'timed-out': status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  unauthenticated: status.UNAUTHENTICATED,
  denied: status.PERMISSION_DENIED,
  unsupported: status.UNIMPLEMENTED,
} satisfies Record<FaultKind, status>;

/** gRPC carries the text in an HTTP/2 header, and peers bound those. */
const MAX_TEXT = 2000;
/** The trailer that names the fault, for peers of our own: several kinds share a code. */
const FAULT_TRAILER = 'gluster-csi-fault';

export interface CallStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** What the caller is told of a failure. Whatever is no Fault is a bug: it leaves without its text. */
export function toStatus(error: unknown, requestId: string): CallStatus {
  const fault = toFault(error);
  if (fault === undefined) return { code: status.INTERNAL, details: `internal error, request ${requestId}` };
  const metadata = new Metadata();
  metadata.set(FAULT_TRAILER, fault.kind);
  return { code: CODES[fault.kind], details: toHeaderText(fault.message), metadata };
}

/** What our own server answered, as the Fault that it was; for a server that did not answer, `unreachable`. */
export function fromStatus(error: ServiceError, server: string): Fault {
  const kind = error.metadata?.get(FAULT_TRAILER)[0];
  if (typeof kind === 'string' && isKind(kind)) return new Fault(kind, error.details, { cause: error });
  if (error.code === status.DEADLINE_EXCEEDED)
    return new Fault('timed-out', `${server} did not answer in time`);
  if (error.code === status.CANCELLED)
    return new Fault('cancelled', 'the caller went away', { cause: error });
  if (error.code === status.UNAVAILABLE) {
    return new Fault('unreachable', `${server} does not answer; does it run?`, { cause: error });
  }
  return new Fault('uncertain', `${server} failed: ${error.details}`, { cause: error });
}

function isKind(text: string): text is FaultKind {
  return Object.hasOwn(CODES, text);
}

/** The Fault that an error stands for; undefined for a bug. A failed undo leaves things half-done: uncertain. */
export function toFault(error: unknown): Fault | undefined {
  if (error instanceof Fault) return error;
  if (error instanceof Error && error.name === 'SuppressedError') {
    return new Fault('uncertain', 'the request failed and so did undoing it; retry', { cause: error });
  }
  return undefined;
}

/** The code's name, for logs. */
export function toCodeName(code: status): string {
  return status[code];
}

/** grpc-js passes the text through encodeURI, which throws at a lone surrogate. */
function toHeaderText(message: string): string {
  return message.slice(0, MAX_TEXT).toWellFormed();
}
