import { Fault } from './fault.ts';

/** What a request hands down to everything done for it: an id for the logs, a signal for its deadline. */
export interface Call {
  readonly id: string;
  readonly signal: AbortSignal;
}

/** Throws `timed-out` or `cancelled` when the call is over. To be asked between steps, never within one. */
export function checkpoint(call: Call): void {
  if (!call.signal.aborted) return;
  const reason: unknown = call.signal.reason;
  const timedOut = reason instanceof Error && reason.name === 'TimeoutError';
  throw new Fault(
    timedOut ? 'timed-out' : 'cancelled',
    timedOut ? 'the deadline passed' : 'the caller went away',
    {
      cause: reason,
    },
  );
}

/** A call of its own for work that must finish or be undone although the request's own signal fired. */
export function detached(call: Call, timeoutMs: number): Call {
  return { id: call.id, signal: AbortSignal.timeout(timeoutMs) };
}
