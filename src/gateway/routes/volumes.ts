import type { z } from 'zod';
import { Fault } from '../../control/fault.ts';
import { ADDITIONS, type brickHealInfo, volumeStartRequest } from '../../glusterd2/wire.ts';
import type { GlusterBrickHeal } from '../gluster-cli/gluster.ts';
import { limitQuery, markQuery, volumeParam } from '../params.ts';
import { bodyRoute, ok, type Route, route } from '../route.ts';
import { toVolumeInfo } from '../volume-info.ts';
import { deleteMarked } from '../volumes/delete-marked.ts';
import { deleteVolume } from '../volumes/delete-volume.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { listVolumes } from '../volumes/list-volumes.ts';
import { readVolume } from '../volumes/restore-record.ts';
import { startVolume } from '../volumes/start-volume.ts';
import { stopVolume } from '../volumes/stop-volume.ts';
import { volumeStatus } from '../volumes/volume-status.ts';
import { toBrickStatuses, toVolumeStatus } from './status-reply.ts';

const VOLUME = '/v1/volumes/:volname';

/** Reading volumes, and their life from start to delete. */
export function volumeRoutes(deps: VolumeDeps): readonly Route[] {
  return [...infoRoutes(deps), ...stateRoutes(deps), ...lifeRoutes(deps)];
}

function infoRoutes(deps: VolumeDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/volumes',
      name: 'VolumeList',
      additions: [ADDITIONS.page],
      description: 'volumes in order of name; by metadata with key and value, by page with limit and after',
      access: 'driver',
      responseType: 'api.VolumeListResp',
      async handle({ query }, call) {
        const text = (name: string) => query.get(name) ?? undefined;
        const asked = {
          key: text('key'),
          value: text('value'),
          after: text('after'),
          limit: limitQuery(query),
        };
        return ok((await listVolumes(deps, asked, call)).map(toVolumeInfo));
      },
    }),
    route({
      method: 'GET',
      path: VOLUME,
      name: 'VolumeInfo',
      description: 'one volume',
      access: 'driver',
      responseType: 'api.VolumeGetResp',
      handle: async (request, call) => ok(toVolumeInfo(await readVolume(deps, volumeParam(request), call))),
    }),
  ];
}

function stateRoutes({ gluster }: VolumeDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: `${VOLUME}/status`,
      name: 'VolumeStatus',
      description: 'whether the volume can be written, and its size',
      access: 'driver',
      responseType: 'api.VolumeStatusResp',
      handle: async (request, call) =>
        ok(toVolumeStatus(await volumeStatus(gluster, volumeParam(request), call))),
    }),
    route({
      method: 'GET',
      path: `${VOLUME}/bricks`,
      name: 'VolumeBricksStatus',
      description: 'the bricks in volume order',
      access: 'driver',
      responseType: 'api.BricksStatusResp',
      handle: async (request, call) =>
        ok(toBrickStatuses(await volumeStatus(gluster, volumeParam(request), call))),
    }),
    route({
      method: 'GET',
      path: `${VOLUME}/heal-info`,
      name: 'SelfHealInfo2',
      description: 'entries to heal by brick',
      access: 'driver',
      responseType: 'api.BrickHealInfo',
      handle: async (request, call) =>
        ok((await gluster.healSummary(volumeParam(request), call)).map(toHealInfo)),
    }),
  ];
}

function lifeRoutes(deps: VolumeDeps): readonly Route[] {
  return [
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/start`,
      name: 'VolumeStart',
      description: 'starts the volume; started already is success',
      access: 'driver',
      requestType: 'api.VolumeStartReq',
      responseType: 'api.VolumeStartResp',
      schema: volumeStartRequest.prefault({}),
      async handle(request, call) {
        const force = request.body['force-start-bricks'] === true;
        return ok(toVolumeInfo(await startVolume(deps, volumeParam(request), { force }, call)));
      },
    }),
    route({
      method: 'POST',
      path: `${VOLUME}/stop`,
      name: 'VolumeStop',
      description: 'stops the volume, clients or not; stopped already is success',
      access: 'driver',
      responseType: 'api.VolumeStopResp',
      handle: async (request, call) => ok(toVolumeInfo(await stopVolume(deps, volumeParam(request), call))),
    }),
    route({
      method: 'DELETE',
      path: VOLUME,
      name: 'VolumeDelete',
      additions: [ADDITIONS.safeDelete],
      description:
        'stops and deletes the volume with its bricks, unless clients are connected; with key and value only one with them in its metadata',
      access: 'driver',
      async handle(request, call) {
        const name = volumeParam(request);
        const mark = markQuery(request.query);
        const existed = await (mark === undefined
          ? deleteVolume(deps, name, call)
          : deleteMarked(deps, { volume: name, ...mark }, call));
        if (existed) return { status: 204 };
        throw new Fault('not-found', 'volume not found');
      },
    }),
  ];
}

function toHealInfo(brick: GlusterBrickHeal): z.input<typeof brickHealInfo> {
  const { total, pending, splitBrain, possiblyHealing } = brick;
  return {
    'host-id': brick.hostId,
    name: brick.name,
    status: brick.status,
    ...(total === undefined ? {} : { 'total-entries': total }),
    ...(pending === undefined ? {} : { 'entries-in-heal-pending': pending }),
    ...(splitBrain === undefined ? {} : { 'entries-in-split-brain': splitBrain }),
    ...(possiblyHealing === undefined ? {} : { 'entries-possibly-healing': possiblyHealing }),
  };
}
