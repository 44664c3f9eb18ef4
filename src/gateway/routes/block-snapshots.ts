import { type BlockSnapshotInfoWire, blockSnapshotRequest } from '../../glusterd2/block-wire.ts';
import { ADDITIONS } from '../../glusterd2/wire.ts';
import { parseVolumeName } from '../../volumes/ids.ts';
import type { BlockDeps } from '../block/deps.ts';
import { deleteBlockSnapshot, getBlockSnapshot, listBlockSnapshots } from '../block/read-block-snapshots.ts';
import { isSettled } from '../block/settle-disk.ts';
import { type PlacedSnapshot, takeBlockSnapshot } from '../block/take-block-snapshot.ts';
import { flagQuery, hostingQuery, limitQuery } from '../params.ts';
import { bodyRoute, ok, type Route, route } from '../route.ts';
import { checkMetadata } from '../volume-record.ts';
import { nameOf } from './block-volumes.ts';

const SNAPSHOTS = '/v1/blocksnapshots/virtblock';
const SNAPSHOT = `${SNAPSHOTS}/:name`;
const ACCESS = 'driver';

/** Snapshots of block volumes of provider virtblock. */
export function blockSnapshotRoutes(deps: BlockDeps): readonly Route[] {
  return [createRoute(deps), ...readRoutes(deps), deleteRoute(deps)];
}

function createRoute(deps: BlockDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: SNAPSHOTS,
    name: 'BlockSnapshotCreate',
    additions: [ADDITIONS.blockSnapshots],
    description: 'takes a snapshot of a block volume; the same request again goes on with it',
    access: ACCESS,
    schema: blockSnapshotRequest,
    async handle({ body }, call) {
      const metadata = body.metadata ?? {};
      checkMetadata(metadata);
      const wanted = {
        name: parseVolumeName(body.name, 'name'),
        volume: parseVolumeName(body.volume, 'volume'),
        hostingvolume:
          body.hostingvolume === undefined ? undefined : parseVolumeName(body.hostingvolume, 'hostingvolume'),
        metadata,
      };
      const taken = await takeBlockSnapshot(deps, wanted, call);
      return {
        status: 201,
        body: toInfo(taken),
        headers: { Location: `${SNAPSHOTS}/${taken.name}` },
      };
    },
  });
}

function readRoutes(deps: BlockDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: SNAPSHOTS,
      name: 'BlockSnapshotList',
      description:
        'snapshots of block volumes in order of name; by page with limit and after, of one volume or hostingvolume',
      access: ACCESS,
      async handle({ query }, call) {
        const asked = {
          hostingvolume: hostingQuery({ query }),
          volume: query.get('volume') ?? undefined,
          after: query.get('after') ?? undefined,
          limit: limitQuery(query),
        };
        return ok((await listBlockSnapshots(deps, asked, call)).map(toInfo));
      },
    }),
    route({
      method: 'GET',
      path: SNAPSHOT,
      name: 'BlockSnapshotGet',
      description: 'one snapshot of a block volume',
      access: ACCESS,
      handle: async (request, call) => ok(toInfo(await getBlockSnapshot(deps, nameOf(request), call))),
    }),
  ];
}

function deleteRoute(deps: BlockDeps): Route {
  return route({
    method: 'DELETE',
    path: SNAPSHOT,
    name: 'BlockSnapshotDelete',
    description:
      'deletes the snapshot; block volumes made of it stay; with prune=true also a made hosting volume that is empty then',
    access: ACCESS,
    async handle(request, call) {
      await deleteBlockSnapshot(deps, { ...nameOf(request), prune: flagQuery(request, 'prune') }, call);
      return { status: 204 };
    },
  });
}

function toInfo(snapshot: PlacedSnapshot): BlockSnapshotInfoWire {
  const { name, volume, hosting, size, createdAt, metadata } = snapshot;
  return {
    name,
    volume,
    hostingvolume: hosting,
    size: Number(size),
    'created-at': new Date(createdAt).toISOString(),
    ready: isSettled(snapshot),
    metadata: { ...metadata },
  };
}
