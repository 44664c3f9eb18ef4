import { invalid } from '../../control/fault.ts';
import { blockExpandRequest } from '../../glusterd2/block-wire.ts';
import {
  blockAuthRequest,
  blockReplaceRequest,
  type GlusterBlockCreateRequest,
  glusterBlockCreateRequest,
  iscsiPublishRequest,
  iscsiUnpublishRequest,
} from '../../glusterd2/iscsi-wire.ts';
import { ADDITIONS } from '../../glusterd2/wire.ts';
import { parseVolumeName } from '../../volumes/ids.ts';
import { expandExport, replaceExport, setExportAuth } from '../gluster-block/change-export.ts';
import { checkHost, checkStorage, roundSize } from '../gluster-block/check-arguments.ts';
import { createExport, type WantedExport } from '../gluster-block/create-export.ts';
import { deleteExport } from '../gluster-block/delete-export.ts';
import type { GlusterBlockDeps } from '../gluster-block/deps.ts';
import { publishExport, unpublishExport } from '../gluster-block/publish-export.ts';
import { getExport, listExports } from '../gluster-block/read-exports.ts';
import { flagQuery, hostingQuery, limitQuery } from '../params.ts';
import { bodyRoute, ok, type Route, route } from '../route.ts';
import { checkMetadata } from '../volume-record.ts';
import { nameOf, toPlan } from './block-volumes.ts';

const VOLUMES = '/v1/blockvolumes/gluster-block';
const VOLUME = `${VOLUMES}/:name`;
const ACCESS = 'driver';

/** Block volumes of provider gluster-block: 501 where the command is not installed. */
export function glusterBlockRoutes(deps: GlusterBlockDeps): readonly Route[] {
  return [
    createRoute(deps),
    ...readRoutes(deps),
    deleteRoute(deps),
    ...changeRoutes(deps),
    ...publishRoutes(deps),
  ];
}

function createRoute(deps: GlusterBlockDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: VOLUMES,
    name: 'GlusterBlockCreate',
    additions: [ADDITIONS.glusterBlock],
    description: 'makes a block volume that servers export over iSCSI, of a new file or of storage',
    access: ACCESS,
    requestType: 'api.BlockVolumeCreateRequest',
    responseType: 'api.BlockVolumeCreateResp',
    schema: glusterBlockCreateRequest,
    async handle({ body }, call) {
      const { info, isNew } = await createExport(deps, toWanted(deps, body), call);
      return { status: isNew ? 201 : 200, body: info, headers: { Location: `${VOLUMES}/${info.name}` } };
    },
  });
}

function readRoutes(deps: GlusterBlockDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: VOLUMES,
      name: 'GlusterBlockList',
      description: 'block volumes in order of name; by page with limit and after, of one hostingvolume',
      access: ACCESS,
      responseType: 'api.BlockVolumeListResp',
      async handle(request, call) {
        const after = request.query.get('after') ?? undefined;
        const asked = { hostingvolume: hostingQuery(request), after, limit: limitQuery(request.query) };
        return ok(await listExports(deps, asked, call));
      },
    }),
    route({
      method: 'GET',
      path: VOLUME,
      name: 'GlusterBlockGet',
      description: 'one block volume, without its password',
      access: ACCESS,
      responseType: 'api.BlockVolumeGetResp',
      handle: async (request, call) => ok(await getExport(deps, nameOf(request), call)),
    }),
  ];
}

function deleteRoute(deps: GlusterBlockDeps): Route {
  return route({
    method: 'DELETE',
    path: VOLUME,
    name: 'GlusterBlockDelete',
    description:
      'deletes the block volume, unless it is published; with keep-storage=true without its backing file, which the reply names; prune=true as with virtblock',
    access: ACCESS,
    async handle(request, call) {
      const prune = flagQuery(request, 'prune');
      const keepStorage = flagQuery(request, 'keep-storage');
      const storage = await deleteExport(deps, { ...nameOf(request), prune, keepStorage }, call);
      return storage === undefined ? { status: 204 } : ok({ storage });
    },
  });
}

function changeRoutes(deps: GlusterBlockDeps): readonly Route[] {
  return [
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/expand`,
      name: 'GlusterBlockExpand',
      description: 'gives the block volume at least this size; repeats safely',
      access: ACCESS,
      schema: blockExpandRequest,
      handle: async (request, call) =>
        ok(await expandExport(deps, { ...nameOf(request), size: request.body.size }, call)),
    }),
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/auth`,
      name: 'GlusterBlockAuth',
      description: 'switches CHAP on or off, unless it is published; on: with the credentials',
      access: ACCESS,
      schema: blockAuthRequest,
      handle: async (request, call) =>
        ok(await setExportAuth(deps, { ...nameOf(request), isEnabled: request.body.enabled }, call)),
    }),
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/replace`,
      name: 'GlusterBlockReplace',
      description: 'moves the target of one server to another; repeats safely',
      access: ACCESS,
      schema: blockReplaceRequest,
      async handle(request, call) {
        const { from, to } = request.body;
        const move = { from: checkHost(from, 'from'), to: checkHost(to, 'to') };
        if (from === to) throw invalid('to', 'is the same server as from');
        return ok(await replaceExport(deps, { ...nameOf(request), ...move }, call));
      },
    }),
  ];
}

function publishRoutes(deps: GlusterBlockDeps): readonly Route[] {
  return [
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/publish`,
      name: 'GlusterBlockPublish',
      description: 'writes down that a node has the block volume, and tells where it is',
      access: ACCESS,
      schema: iscsiPublishRequest,
      handle: async (request, call) => ok(await publishExport(deps, nameOf(request), request.body, call)),
    }),
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/unpublish`,
      name: 'GlusterBlockUnpublish',
      description: 'cuts a node off by a new target of another IQN, unless it is clean',
      access: ACCESS,
      schema: iscsiUnpublishRequest.prefault({}),
      async handle(request, call) {
        const { node, clean = false } = request.body;
        await unpublishExport(deps, { ...nameOf(request), node, isClean: clean }, call);
        return { status: 204 };
      },
    }),
  ];
}

function toWanted(deps: GlusterBlockDeps, body: GlusterBlockCreateRequest): WantedExport {
  const { size, storage, hosts, metadata = {} } = body;
  checkMetadata(metadata);
  if ((size === undefined) === (storage === undefined))
    throw invalid('size', 'is given, or storage; one of the two');
  if (storage !== undefined && body.hostingvolume === undefined)
    throw invalid('hostingvolume', 'is needed with storage, which is a file of it');
  const plan = toPlan(deps, body);
  if (plan.question.layout.kind === 'disperse')
    throw invalid(
      'hostvol.disperse',
      'gluster-block shards its files, which lie on replicas; give hostvol.replica',
    );
  return {
    name: parseVolumeName(body.name, 'name'),
    size: size === undefined ? undefined : roundSize(size),
    storage: storage === undefined ? undefined : checkStorage(storage),
    metadata,
    hostingvolume:
      body.hostingvolume === undefined ? undefined : parseVolumeName(body.hostingvolume, 'hostingvolume'),
    plan,
    hacount: toCount(body),
    hosts: hosts?.map((host) => checkHost(host)),
    hasAuth: body.auth ?? false,
  };
}

function toCount({ hacount, hosts }: GlusterBlockCreateRequest): number {
  if (hosts === undefined) return hacount ?? 1;
  if (new Set(hosts).size < hosts.length) throw invalid('hosts', 'has one twice');
  if (hacount !== undefined && hacount !== hosts.length)
    throw invalid('hacount', `is ${hacount}, and hosts are ${hosts.length}`);
  return hosts.length;
}
