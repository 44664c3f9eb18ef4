import type { IncomingMessage, ServerResponse } from 'node:http';
import createMatcher, { type HTTPMethod } from 'find-my-way';
import type { Route } from './route.ts';

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** The route for a request, or the methods that its path has, none for an unknown path. */
export type Find = (method: string, path: string) => Match | { readonly allowed: readonly string[] };

const METHODS = ['GET', 'POST', 'DELETE'] as const;
/** A device's path is one parameter. */
const MAX_PARAM = 4096;

export function createRouter(routes: readonly Route[]): Find {
  const matcher = createMatcher({ caseSensitive: true, maxParamLength: MAX_PARAM });
  const unused = (_request: IncomingMessage, _response: ServerResponse) => undefined;
  for (const route of routes) matcher.on(route.method, route.path, unused, { route });
  const lookUp = (method: string, path: string) => {
    const found = matcher.find(method as HTTPMethod, path);
    if (found === null) return undefined;
    return { route: (found.store as { route: Route }).route, params: found.params };
  };
  return (method, path) =>
    lookUp(method, path) ?? { allowed: METHODS.filter((one) => lookUp(one, path) !== undefined) };
}
