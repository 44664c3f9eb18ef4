import { markedVolume, recordExchange } from '../peers/home-server.ts';
import { bodyRoute, ok, type Route } from '../route.ts';
import { deleteHere } from '../volumes/delete-marked.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { exchangeHere } from '../volumes/exchange-record.ts';

/** What gateways ask of the one at home with a volume. */
export function internalVolumeRoutes(deps: VolumeDeps): readonly Route[] {
  const base = { method: 'POST', description: 'of a volume of this server', access: 'peers' } as const;
  return [
    bodyRoute({
      ...base,
      path: '/internal/v1/volumes/exchange',
      name: 'exchange',
      schema: recordExchange,
      async handle({ body }, call) {
        await exchangeHere(deps, body, call);
        return { status: 204 };
      },
    }),
    bodyRoute({
      ...base,
      path: '/internal/v1/volumes/delete',
      name: 'delete',
      schema: markedVolume,
      handle: async ({ body }, call) => ok({ existed: await deleteHere(deps, body, call) }),
    }),
  ];
}
