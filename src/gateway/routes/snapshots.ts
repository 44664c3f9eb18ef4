import { Fault, invalid } from '../../control/fault.ts';
import { snapActivateRequest, snapCloneRequest, snapCreateRequest } from '../../glusterd2/snapshot-wire.ts';
import { ADDITIONS } from '../../glusterd2/wire.ts';
import { parseVolumeName } from '../../volumes/ids.ts';
import { limitQuery, snapshotParam } from '../params.ts';
import { bodyRoute, ok, type Route, route } from '../route.ts';
import { cloneSnapshot } from '../snapshots/clone-snapshot.ts';
import { deleteSnapshot } from '../snapshots/delete-snapshot.ts';
import { listSnapshots } from '../snapshots/list-snapshots.ts';
import { restoreSnapshot } from '../snapshots/restore-snapshot.ts';
import { toSnapInfo, toSnapList } from '../snapshots/snap-info.ts';
import { getSnapshot } from '../snapshots/snapshot-view.ts';
import { takeSnapshots } from '../snapshots/take-snapshots.ts';
import { toVolumeInfo } from '../volume-info.ts';
import { parseOptions } from '../volume-options.ts';
import { checkMetadata } from '../volume-record.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { snapshotGroupRoutes } from './snapshot-groups.ts';

const SNAPSHOTS = '/v1/snapshots';
const SNAPSHOT = `${SNAPSHOTS}/:snapname`;

/** Snapshots of volumes with loop bricks, and their clones. */
export function snapshotRoutes(deps: VolumeDeps): readonly Route[] {
  return [
    createRoute(deps),
    ...readRoutes(deps),
    ...activateRoutes(deps),
    cloneRoute(deps),
    restoreRoute(deps),
    deleteRoute(deps),
    ...snapshotGroupRoutes(deps),
  ];
}

function createRoute(deps: VolumeDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: SNAPSHOTS,
    name: 'SnapshotCreate',
    additions: [ADDITIONS.snapshots],
    description: 'takes a snapshot of a volume; the same request again is success',
    access: 'driver',
    requestType: 'api.SnapCreateReq',
    responseType: 'api.SnapCreateResp',
    schema: snapCreateRequest,
    async handle({ body }, call) {
      if (body.timestamp === true)
        throw invalid('timestamp', 'is not offered: a retry would have another name');
      const metadata = body.metadata ?? {};
      checkMetadata(metadata);
      const member = {
        volume: parseVolumeName(body.volname, 'volname'),
        snapshot: parseVolumeName(body.snapname, 'snapname'),
        description: body.description ?? '',
        metadata,
      };
      const [view] = await takeSnapshots(deps, { members: [member], group: undefined }, call);
      if (view === undefined)
        throw new Fault('uncertain', `snapshot ${member.snapshot} was taken and is gone; retry`);
      return {
        status: 201,
        body: toSnapInfo(view),
        headers: { Location: `${SNAPSHOTS}/${member.snapshot}` },
      };
    },
  });
}

function readRoutes(deps: VolumeDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: SNAPSHOTS,
      name: 'SnapshotList',
      description: 'snapshots by source, in order of name; of one with volume, by page with limit and after',
      access: 'driver',
      responseType: 'api.SnapListResp',
      async handle({ query }, call) {
        const asked = {
          volume: query.get('volume') ?? undefined,
          after: query.get('after') ?? undefined,
          limit: limitQuery(query),
        };
        return ok(toSnapList(await listSnapshots(deps, asked, call)));
      },
    }),
    route({
      method: 'GET',
      path: SNAPSHOT,
      name: 'SnapshotInfo',
      description: 'one snapshot',
      access: 'driver',
      responseType: 'api.SnapGetResp',
      handle: async (request, call) => ok(toSnapInfo(await getSnapshot(deps, snapshotParam(request), call))),
    }),
    route({
      method: 'GET',
      path: `${SNAPSHOT}/status`,
      name: 'SnapshotStatus',
      description: 'the bricks that a snapshot has',
      access: 'driver',
      responseType: 'api.SnapStatusResp',
      async handle(request, call) {
        const view = await getSnapshot(deps, snapshotParam(request), call);
        const { snapinfo, parentname } = toSnapInfo(view);
        const bricks = (snapinfo.subvols ?? []).flatMap((subvol) => subvol.bricks ?? []);
        return ok({
          parentname,
          snaps: view.name,
          id: snapinfo.id,
          snapbrickstatus: bricks.filter(({ path }) => path !== '').map((brick) => ({ brick })),
        });
      },
    }),
  ];
}

/** A snapshot of images is never mounted: it can be cloned as it lies, and neither changes anything. */
function activateRoutes(deps: VolumeDeps): readonly Route[] {
  return [
    bodyRoute({
      method: 'POST',
      path: `${SNAPSHOT}/activate`,
      name: 'SnapshotActivate',
      description: 'is success: a snapshot of images can always be cloned',
      access: 'driver',
      requestType: 'api.SnapActivateReq',
      responseType: 'api.SnapshotActivateResp',
      schema: snapActivateRequest.optional(),
      handle: async (request, call) => ok(toSnapInfo(await getSnapshot(deps, snapshotParam(request), call))),
    }),
    route({
      method: 'POST',
      path: `${SNAPSHOT}/deactivate`,
      name: 'SnapshotDeactivate',
      description: 'is success: a snapshot of images is never mounted',
      access: 'driver',
      responseType: 'api.SnapshotDeactivateResp',
      handle: async (request, call) => ok(toSnapInfo(await getSnapshot(deps, snapshotParam(request), call))),
    }),
  ];
}

function cloneRoute(deps: VolumeDeps): Route {
  return bodyRoute({
    method: 'POST',
    path: `${SNAPSHOT}/clone`,
    name: 'SnapshotClone',
    description: 'makes a volume of the snapshot, started and healed; repeats safely',
    access: 'driver',
    requestType: 'api.SnapCloneReq',
    responseType: 'api.SnapCloneResp',
    schema: snapCloneRequest,
    async handle(request, call) {
      const { clonename, size, options, metadata = {} } = request.body;
      checkMetadata(metadata);
      const name = parseVolumeName(clonename, 'clonename');
      const wanted = { name, size, options: parseOptions(options ?? {}), metadata };
      const volume = await cloneSnapshot(deps, snapshotParam(request), wanted, call);
      return { status: 201, body: toVolumeInfo(volume), headers: { Location: `/v1/volumes/${name}` } };
    },
  });
}

function restoreRoute(deps: VolumeDeps): Route {
  return route({
    method: 'POST',
    path: `${SNAPSHOT}/restore`,
    name: 'SnapshotRestore',
    description: 'gives the stopped source volume the content of the snapshot, which stays; repeats safely',
    access: 'driver',
    responseType: 'api.VolumeGetResp',
    handle: async (request, call) =>
      ok(toVolumeInfo(await restoreSnapshot(deps, snapshotParam(request), call))),
  });
}

function deleteRoute(deps: VolumeDeps): Route {
  return route({
    method: 'DELETE',
    path: SNAPSHOT,
    name: 'SnapshotDelete',
    description: 'deletes the snapshot; volumes made of it stay',
    access: 'driver',
    async handle(request, call) {
      if (await deleteSnapshot(deps, snapshotParam(request), call)) return { status: 204 };
      throw new Fault('not-found', 'snapshot not found');
    },
  });
}
