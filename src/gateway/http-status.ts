import type { Fault, FaultKind } from '../control/fault.ts';

/** The HTTP status of each kind of fault; `fields.fault` of the error reply tells those apart that share one. */
const STATUS = {
  invalid: 400,
  'out-of-range': 422,
  'not-found': 404,
  conflict: 409,
  exhausted: 507,
  'wrong-state': 409,
  busy: 409,
  'stale-token': 400,
  unreachable: 503,
  uncertain: 502,
  'timed-out': 504,
  cancelled: 499,
  unauthenticated: 401,
  denied: 403,
  unsupported: 501,
} satisfies Record<FaultKind, number>;

const exceptions = new WeakMap<Fault, number>();

export function toHttpStatus(fault: Fault): number {
  return exceptions.get(fault) ?? STATUS[fault.kind];
}

/** For the few faults whose status clients of glusterd2 know: gives this one that status. */
export function withStatus(fault: Fault, status: number): Fault {
  exceptions.set(fault, status);
  return fault;
}
