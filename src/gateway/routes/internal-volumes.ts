import { connectedMajority } from '../block/acting-homes.ts';
import { isHosting } from '../block/publications.ts';
import { markedVolume, recordExchange } from '../peers/home-server.ts';
import { bodyRoute, ok, type Route } from '../route.ts';
import { parseRecord } from '../volume-record.ts';
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
        // The asking gateway's server may be connected to most, and this one to few.
        if (isHosting(parseRecord(body.to) ?? { metadata: {} })) await connectedMajority(deps.pool, call);
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
