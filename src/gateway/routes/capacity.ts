import { ADDITIONS, capacityRequest } from '../../glusterd2/wire.ts';
import { availableBytes, largestVolume } from '../capacity.ts';
import { bodyRoute, ok, type Route } from '../route.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { surveyServers, toPlacementServers } from '../volumes/survey.ts';
import { toQuestion } from './create-volume.ts';

/** `POST /v1/capacity`: what new volumes of a layout could have, on the servers that are up. */
export function capacityRoute(deps: VolumeDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: '/v1/capacity',
    name: ADDITIONS.capacity,
    description: 'bytes that new volumes of a layout could have in all, and the largest single one',
    access: 'driver',
    schema: capacityRequest,
    async handle({ body }, call) {
      const question = toQuestion(deps, body);
      const servers = toPlacementServers(await surveyServers(deps.pool, undefined, call));
      return ok({
        available: Number(availableBytes(question, servers)),
        'maximum-volume-size': Number(largestVolume(question, servers)),
      });
    },
  });
}
