import type { z } from 'zod';
import type { endpoint } from '../glusterd2/wire.ts';
import type { Route } from './route.ts';

/** What `GET /endpoints` tells of routes: paths without /v1, in glusterd2's notation; additions by their own names. */
export function toEndpoints(routes: readonly Route[]): readonly z.input<typeof endpoint>[] {
  return routes
    .filter(({ access }) => access !== 'peers')
    .flatMap((route) => [route.name, ...(route.additions ?? [])].map((name) => toEndpoint(route, name)));
}

function toEndpoint(route: Route, name: string): z.input<typeof endpoint> {
  return {
    name,
    description: route.description,
    methods: route.method,
    path: route.path
      .replace(/^\/v1/, '')
      .replace('*', '{device:.*}')
      .replaceAll(/:([a-z]+)/g, '{$1}')
      .replace('{device{.*}', '{device:.*'),
    'request-type': route.requestType ?? '',
    'response-type': route.responseType ?? '',
  };
}
