import { toEndpoints } from '../endpoints.ts';
import type { Gluster } from '../gluster-cli/gluster.ts';
import { ok, type Route, route } from '../route.ts';

/** Liveness, version, and the list of what is served (`all` is asked late: it holds these too). */
export function serviceRoutes(
  gluster: Pick<Gluster, 'version'>,
  all: () => readonly Route[],
): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/ping',
      name: 'Glusterd2 service status',
      description: 'liveness of the gateway; says nothing of glusterd',
      access: 'free',
      handle: async () => ({ status: 200 }),
    }),
    route({
      method: 'GET',
      path: '/endpoints',
      name: 'List Endpoints',
      description: 'what this server serves',
      access: 'free',
      responseType: 'api.ListEndpointsResp',
      handle: async () => ok(toEndpoints(all())),
    }),
    route({
      method: 'GET',
      path: '/version',
      name: 'GetVersion',
      description: 'version of glusterd on this server; fails while glusterd does not answer',
      access: 'driver',
      responseType: 'api.VersionResp',
      handle: async (_request, call) =>
        ok({ 'glusterd-version': await gluster.version(call), 'api-version': 1 }),
    }),
  ];
}
