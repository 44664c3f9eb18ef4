import type { Call } from '../control/call.ts';

/**
 * One RPC, typed from the wire to the reply. `decode` and `encode` are pure. Every RPC of every service takes
 * the same path: context, decode, locks, run, encode, one log line, faults to status.
 */
export interface Method<Wire, Request, Result, Reply> {
  /** Throws `invalid`, naming the field. */
  decode(wire: Wire): Request;
  /** Lock keys, all or none taken for the time of `run`; a method without says why. */
  keys?(request: Request): readonly string[];
  run(request: Request, call: Call): Promise<Result>;
  encode(result: Result): Reply;
}
