import { limitTime } from '../../control/limit-time.ts';
import { attemptOnAll } from '../peers/on-all.ts';
import type { Pool } from '../peers/pool.ts';
import { ok, type Route, route } from '../route.ts';

/** A gateway that does not answer in this time is left out. */
const ANSWER_MS = 5_000;

/** What all gateways did in the last ten minutes, oldest first. */
export function eventsRoute(pool: Pool): Route {
  return route({
    method: 'GET',
    path: '/v1/events',
    name: 'EventsList',
    description: 'changes made through any gateway in the last ten minutes',
    access: 'driver',
    responseType: 'api.Event',
    async handle(_request, call) {
      using limit = limitTime(call.signal, ANSWER_MS);
      const bounded = { id: call.id, signal: limit.signal };
      const { done } = await attemptOnAll(await pool.servers(call), (server) => server.events(bounded));
      const events = done.flatMap(({ result }) => result);
      return ok(events.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)));
    },
  });
}
