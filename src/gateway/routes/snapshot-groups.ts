import { Fault } from '../../control/fault.ts';
import { snapGroupRequest } from '../../glusterd2/snapshot-wire.ts';
import { ADDITIONS } from '../../glusterd2/wire.ts';
import { parseVolumeName } from '../../volumes/ids.ts';
import { groupParam } from '../params.ts';
import { bodyRoute, ok, type Route, route } from '../route.ts';
import { toSnapGroup } from '../snapshots/snap-info.ts';
import { deleteGroup, getGroup } from '../snapshots/snapshot-groups.ts';
import { takeSnapshots } from '../snapshots/take-snapshots.ts';
import { checkMetadata } from '../volume-record.ts';
import type { VolumeDeps } from '../volumes/deps.ts';

const GROUPS = '/v1/snapshot-groups';
const GROUP = `${GROUPS}/:group`;

/** Snapshots of several volumes, taken in the same moment. */
export function snapshotGroupRoutes(deps: VolumeDeps): readonly Route[] {
  return [
    bodyRoute({
      method: 'POST',
      path: GROUPS,
      name: ADDITIONS.snapshotGroups,
      description: 'takes snapshots of several volumes in the same moment; the same request again is success',
      access: 'driver',
      schema: snapGroupRequest,
      async handle({ body }, call) {
        const name = parseVolumeName(body.name, 'name');
        const metadata = body.metadata ?? {};
        checkMetadata(metadata);
        const members = body.members.map((member) => {
          checkMetadata(member.metadata ?? {});
          return {
            volume: parseVolumeName(member.volname, 'members.volname'),
            snapshot: parseVolumeName(member.snapname, 'members.snapname'),
            description: '',
            metadata: member.metadata ?? {},
          };
        });
        const views = await takeSnapshots(
          deps,
          { members, group: { name, metadata, size: members.length } },
          call,
        );
        return { status: 201, body: toSnapGroup(name, views), headers: { Location: `${GROUPS}/${name}` } };
      },
    }),
    route({
      method: 'GET',
      path: GROUP,
      name: 'SnapshotGroupInfo',
      description: 'one group with its snapshots',
      access: 'driver',
      async handle(request, call) {
        const name = groupParam(request);
        return ok(toSnapGroup(name, await getGroup(deps, name, call)));
      },
    }),
    route({
      method: 'DELETE',
      path: GROUP,
      name: 'SnapshotGroupDelete',
      description: 'deletes the snapshots of a group',
      access: 'driver',
      async handle(request, call) {
        if (await deleteGroup(deps, groupParam(request), call)) return { status: 204 };
        throw new Fault('not-found', 'snapshot group not found');
      },
    }),
  ];
}
