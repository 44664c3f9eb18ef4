import { blockExpandRequest } from '../../glusterd2/block-wire.ts';
import {
  iscsiCreateRequest,
  iscsiPublishRequest,
  iscsiUnpublishRequest,
  lioMoveRequest,
} from '../../glusterd2/iscsi-wire.ts';
import type { LioDeps } from '../lio/deps.ts';
import {
  createLioVolume,
  deleteLioVolume,
  expandLioVolume,
  getLioVolume,
  listLioVolumes,
  moveLioVolume,
  publishLioVolume,
  unpublishLioVolume,
} from '../lio/lio-volumes.ts';
import { flagQuery } from '../params.ts';
import { bodyRoute, ok, type Route, route } from '../route.ts';
import { listQuery, nameOf, toWanted } from './block-volumes.ts';

const VOLUMES = '/v1/blockvolumes/lio';
const VOLUME = `${VOLUMES}/:name`;
const ACCESS = 'driver';

/** Block volumes of provider lio: exported over iSCSI by one server at a time. */
export function lioVolumeRoutes(deps: LioDeps): readonly Route[] {
  return [
    bodyRoute({
      method: 'POST',
      path: VOLUMES,
      name: 'LioCreate',
      description: 'makes a sparse file on a hosting volume of lio; exported once it is published',
      access: ACCESS,
      schema: iscsiCreateRequest,
      async handle({ body }, call) {
        const { info, isNew } = await createLioVolume(deps, toWanted(deps, body), call);
        return { status: isNew ? 201 : 200, body: info, headers: { Location: `${VOLUMES}/${info.name}` } };
      },
    }),
    route({
      method: 'GET',
      path: VOLUMES,
      name: 'LioList',
      description: 'block volumes in order of name; by page with limit and after, of one hostingvolume',
      access: ACCESS,
      handle: async (request, call) => ok(await listLioVolumes(deps, listQuery(request), call)),
    }),
    route({
      method: 'GET',
      path: VOLUME,
      name: 'LioGet',
      description: 'one block volume, with its target',
      access: ACCESS,
      handle: async (request, call) => ok(await getLioVolume(deps, nameOf(request), call)),
    }),
    route({
      method: 'DELETE',
      path: VOLUME,
      name: 'LioDelete',
      description: 'deletes the block volume, unless it is published; prune=true as with virtblock',
      access: ACCESS,
      async handle(request, call) {
        await deleteLioVolume(deps, { ...nameOf(request), prune: flagQuery(request, 'prune') }, call);
        return { status: 204 };
      },
    }),
    ...changeRoutes(deps),
  ];
}

function changeRoutes(deps: LioDeps): readonly Route[] {
  return [
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/expand`,
      name: 'LioExpand',
      description: 'gives the block volume at least this size, its target too; repeats safely',
      access: ACCESS,
      schema: blockExpandRequest,
      handle: async (request, call) =>
        ok(await expandLioVolume(deps, { ...nameOf(request), size: request.body.size }, call)),
    }),
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/publish`,
      name: 'LioPublish',
      description: "lets a node's initiator log in",
      access: ACCESS,
      schema: iscsiPublishRequest,
      handle: async (request, call) => ok(await publishLioVolume(deps, nameOf(request), request.body, call)),
    }),
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/unpublish`,
      name: 'LioUnpublish',
      description: "ends a node's sessions, whatever it is doing, and lets it in no more",
      access: ACCESS,
      schema: iscsiUnpublishRequest.prefault({}),
      async handle(request, call) {
        await unpublishLioVolume(deps, { ...nameOf(request), node: request.body.node }, call);
        return { status: 204 };
      },
    }),
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/move`,
      name: 'LioMove',
      description: 'exports it from another server; the old one is cut off first',
      access: ACCESS,
      schema: lioMoveRequest.prefault({}),
      handle: async (request, call) => ok(await moveLioVolume(deps, nameOf(request), request.body.to, call)),
    }),
  ];
}
