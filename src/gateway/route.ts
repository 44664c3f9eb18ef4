import type { z } from 'zod';
import type { Call } from '../control/call.ts';

export interface Reply {
  readonly status: number;
  /** Sent as JSON; undefined: no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RouteRequest<Body> {
  /** Path parameters, decoded. `*` is the rest of the path. */
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  readonly body: Body;
}

/** One entry of the API. `GET /endpoints` tells of those that the driver may call. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** find-my-way's form: `/v1/volumes/:volname`. */
  readonly path: string;
  /** glusterd2's name of the endpoint, or that of an addition. */
  readonly name: string;
  /** Names of additions that this endpoint has beside what glusterd2's does. */
  readonly additions?: readonly string[];
  readonly description: string;
  /** Who may call: anybody, the driver, or the other gateways. */
  readonly access: 'free' | 'driver' | 'peers';
  /** glusterd2's names of the messages, for `GET /endpoints`. */
  readonly requestType?: string;
  readonly responseType?: string;
  readonly schema?: z.ZodType;
  handle(request: RouteRequest<unknown>, call: Call): Promise<Reply>;
}

/** A route without a body. */
export function route(definition: Route): Route {
  return definition;
}

/** A route whose body is checked by its schema, so that `handle` gets it typed. */
export function bodyRoute<Schema extends z.ZodType>(
  definition: Omit<Route, 'schema' | 'handle'> & {
    readonly schema: Schema;
    handle(request: RouteRequest<z.output<Schema>>, call: Call): Promise<Reply>;
  },
): Route {
  return definition as Route;
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}
