import { Fault, invalid } from '../../control/fault.ts';
import {
  type BlockCreateRequest,
  blockCreateRequest,
  blockExpandRequest,
  blockPublishRequest,
  blockUnpublishRequest,
} from '../../glusterd2/block-wire.ts';
import { ADDITIONS } from '../../glusterd2/wire.ts';
import { parseVolumeName } from '../../volumes/ids.ts';
import type { BlockSource } from '../block/block-source.ts';
import { createBlockVolume, type WantedBlockVolume } from '../block/create-block-volume.ts';
import { deleteBlockVolume } from '../block/delete-block-volume.ts';
import type { BlockDeps } from '../block/deps.ts';
import { expandBlockVolume } from '../block/expand-block-volume.ts';
import type { HostingPlan } from '../block/make-hosting.ts';
import { publishBlockVolume, unpublishBlockVolume } from '../block/publish-block-volume.ts';
import { type BlockQuery, getBlockVolume, listBlockVolumes } from '../block/read-block-volumes.ts';
import { blockParam, flagQuery, hostingQuery, limitQuery } from '../params.ts';
import { bodyRoute, ok, type Route, type RouteRequest, route } from '../route.ts';
import { parseOptions } from '../volume-options.ts';
import { checkMetadata } from '../volume-record.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { toQuestion } from './create-volume.ts';

const VOLUMES = '/v1/blockvolumes/virtblock';
const VOLUME = `${VOLUMES}/:name`;
const ACCESS = 'driver';

/** Block volumes of provider virtblock. */
export function blockVolumeRoutes(deps: BlockDeps): readonly Route[] {
  return [
    createRoute(deps),
    ...readRoutes(deps),
    expandRoute(deps),
    deleteRoute(deps),
    ...publishRoutes(deps),
  ];
}

function createRoute(deps: BlockDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: VOLUMES,
    name: 'BlockCreate',
    additions: [ADDITIONS.blockPublish],
    description: 'makes a sparse file on a hosting volume, which is made if there is none with room',
    access: ACCESS,
    requestType: 'api.BlockVolumeCreateRequest',
    responseType: 'api.BlockVolumeCreateResp',
    schema: blockCreateRequest,
    async handle({ body }, call) {
      const { info, isNew } = await createBlockVolume(deps, toWanted(deps, body), call);
      return { status: isNew ? 201 : 200, body: info, headers: { Location: `${VOLUMES}/${info.name}` } };
    },
  });
}

function readRoutes(deps: BlockDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: VOLUMES,
      name: 'BlockList',
      description: 'block volumes in order of name; by page with limit and after, of one hostingvolume',
      access: ACCESS,
      responseType: 'api.BlockVolumeListResp',
      async handle(request, call) {
        return ok(await listBlockVolumes(deps, listQuery(request), call));
      },
    }),
    route({
      method: 'GET',
      path: VOLUME,
      name: 'BlockGet',
      description: 'one block volume',
      access: ACCESS,
      responseType: 'api.BlockVolumeGetResp',
      handle: async (request, call) =>
        ok(await getBlockVolume(deps, blockParam(request), hostingQuery(request), call)),
    }),
  ];
}

function expandRoute(deps: BlockDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: `${VOLUME}/expand`,
    name: 'BlockExpand',
    description: 'gives the block volume at least this size; repeats safely',
    access: ACCESS,
    schema: blockExpandRequest,
    handle: async (request, call) =>
      ok(await expandBlockVolume(deps, { ...nameOf(request), size: request.body.size }, call)),
  });
}

function deleteRoute(deps: BlockDeps): Route {
  return route({
    method: 'DELETE',
    path: VOLUME,
    name: 'BlockDelete',
    description:
      'deletes the block volume, unless it is published; with prune=true also a made hosting volume that is empty then',
    access: ACCESS,
    async handle(request, call) {
      await deleteBlockVolume(deps, { ...nameOf(request), prune: flagQuery(request, 'prune') }, call);
      return { status: 204 };
    },
  });
}

function publishRoutes(deps: BlockDeps): readonly Route[] {
  return [
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/publish`,
      name: 'BlockPublish',
      description: 'lets a node attach the block volume',
      access: ACCESS,
      schema: blockPublishRequest,
      handle: async (request, call) =>
        ok(await publishBlockVolume(deps, nameOf(request), request.body, call)),
    }),
    bodyRoute({
      method: 'POST',
      path: `${VOLUME}/unpublish`,
      name: 'BlockUnpublish',
      description: 'cuts a node off the block volume, whatever it is doing',
      access: ACCESS,
      schema: blockUnpublishRequest.prefault({}),
      async handle(request, call) {
        await unpublishBlockVolume(deps, { ...nameOf(request), node: request.body.node }, call);
        return { status: 204 };
      },
    }),
  ];
}

/** Of a request for a list. */
export function listQuery(request: Pick<RouteRequest<unknown>, 'query'>): BlockQuery {
  const after = request.query.get('after') ?? undefined;
  return { hostingvolume: hostingQuery(request), after, limit: limitQuery(request.query) };
}

/** Of a request for one block volume. */
export function nameOf(request: Pick<RouteRequest<unknown>, 'params' | 'query'>) {
  return { name: blockParam(request), hostingvolume: hostingQuery(request) };
}

/** What a create asks for. Throws `invalid`. */
export function toWanted(deps: BlockDeps, body: BlockCreateRequest): WantedBlockVolume {
  const metadata = body.metadata ?? {};
  checkMetadata(metadata);
  return {
    name: parseVolumeName(body.name, 'name'),
    size: body.size,
    metadata,
    hostingvolume:
      body.hostingvolume === undefined ? undefined : parseVolumeName(body.hostingvolume, 'hostingvolume'),
    plan: toPlan(deps, body),
    source: toSource(body),
  };
}

function toSource({ source, hostingvolume }: BlockCreateRequest): BlockSource | undefined {
  if (source === undefined) return undefined;
  if (hostingvolume === undefined)
    throw invalid('hostingvolume', 'is missing: a copy lies where its source does');
  const [kind, name] =
    'snapshot' in source ? (['snapshot', source.snapshot] as const) : (['volume', source.volume] as const);
  return { kind, name: parseVolumeName(name, `source.${kind}`) };
}

/** Of the hosting volume that is made when there is none with room. Throws `invalid`. */
export function toPlan(
  deps: VolumeDeps,
  body: Pick<BlockCreateRequest, 'hostvol' | 'hostvolreplicacnt' | 'hostvolsize' | 'hostingvolume'>,
): HostingPlan {
  const { hostvol = {}, hostvolreplicacnt, hostvolsize, hostingvolume } = body;
  const isGiven = body.hostvol !== undefined || hostvolreplicacnt !== undefined;
  if (hostingvolume !== undefined && (isGiven || hostvolsize !== undefined)) {
    throw invalid('hostvol', 'is of a hosting volume that is made; leave it out, or hostingvolume');
  }
  if (hostvolreplicacnt !== undefined && (hostvol.replica ?? hostvolreplicacnt) !== hostvolreplicacnt) {
    throw invalid('hostvolreplicacnt', 'is not hostvol.replica; leave one of them out');
  }
  const replica = hostvolreplicacnt ?? hostvol.replica ?? (hostvol.disperse === undefined ? 3 : 0);
  const question = toQuestion(deps, { ...hostvol, replica });
  if (question.layout.kind === 'plain') {
    throw new Fault('invalid', 'hostvol.replica: a hosting volume has copies, else one server down stops it');
  }
  if (question.layout.subvols > 1) {
    throw invalid(
      'hostvol.distribute',
      'a hosting volume has one brick set: of several, one that is down has what is on it looked for in vain',
    );
  }
  return { size: hostvolsize, question, options: parseOptions(hostvol.options ?? {}), isGiven };
}
