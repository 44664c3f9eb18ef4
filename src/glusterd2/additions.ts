import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { ServerError } from './faults.ts';
import type { RestClient } from './http.ts';
import { type ADDITIONS, endpointList } from './wire.ts';

export type Addition = (typeof ADDITIONS)[keyof typeof ADDITIONS];

/** So long is "this cluster does not have it" believed, and an upgrade from glusterd2 to the gateway unnoticed. */
const BELIEVED_MS = 600_000;

/** What this cluster's servers have beyond glusterd2. */
export interface Additions {
  /**
   * The result of `extended` when the servers list the addition, else that of `plain`; also of `plain` when the
   * server that got the request turns out not to know it (servers of one cluster may differ during an upgrade).
   */
  choose<T>(addition: Addition, call: Call, ways: Ways<T>): Promise<T>;
}

export interface Ways<T> {
  extended(): Promise<T>;
  plain(): Promise<T>;
}

/** Asks `GET /endpoints` once for all calls, and again after a surprise. */
export function createAdditions(client: RestClient): Additions {
  let known: { readonly names: ReadonlySet<string>; readonly until: number } | undefined;
  const list = async (call: Call) => {
    if (known !== undefined && performance.now() < known.until) return known.names;
    const reply = { path: '/endpoints', reply: endpointList, subject: 'list of endpoints' };
    const endpoints = await client.request({ method: 'GET', ...reply }, call);
    known = {
      names: new Set(endpoints.map((endpoint) => endpoint.name)),
      until: performance.now() + BELIEVED_MS,
    };
    return known.names;
  };
  return {
    async choose(addition, call, ways) {
      if (!(await list(call)).has(addition)) return ways.plain();
      try {
        return await ways.extended();
      } catch (error) {
        if (!isUnknownRoute(error)) throw error;
        known = undefined;
        return ways.plain();
      }
    },
  };
}

function isUnknownRoute(error: unknown): boolean {
  return isFault(error, 'unsupported') && error.cause instanceof ServerError && error.cause.isUnknownRoute;
}
