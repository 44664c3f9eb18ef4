import { isFault } from '../control/fault.ts';
import type { ErrorReply } from '../glusterd2/wire.ts';
import { toHttpStatus } from './http-status.ts';
import type { Reply } from './route.ts';

/** Seconds after which a request that met `busy` is worth repeating. */
const RETRY_AFTER_S = 1;

/** The reply for whatever was thrown. What is no Fault is a bug, and its details stay in the log. */
export function toErrorReply(error: unknown, requestId: string): Reply {
  if (!isFault(error)) {
    return { status: 500, body: toBody(`internal error, request ${requestId}`, {}) };
  }
  return {
    status: toHttpStatus(error),
    body: toBody(error.message, { fault: error.kind }),
    ...(error.kind === 'busy' ? { headers: { 'Retry-After': String(RETRY_AFTER_S) } } : {}),
  };
}

function toBody(message: string, fields: Record<string, unknown>): ErrorReply {
  return { errors: [{ code: 1, message, fields }] };
}
