import * as z from 'zod';
import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { VolumeName } from '../volumes/ids.ts';
import type { Snapshot, SnapshotRequest } from '../volumes/snapshot.ts';
import type { SnapshotBackend, SnapshotPage, SnapshotQuery } from '../volumes/snapshot-backend.ts';
import type { Additions } from './additions.ts';
import { cloneSnapshot } from './clone-snapshot.ts';
import type { RestClient } from './http.ts';
import { createGroup, deleteGroup, findGroup } from './snapshot-groups.ts';
import { type SnapInfo, snapInfo, snapList } from './snapshot-wire.ts';
import { formatDescription, toSnapshot } from './to-snapshot.ts';
import { ADDITIONS } from './wire.ts';

/** The snapshots of a cluster over glusterd2's REST API. */
export function toSnapshotBackend(client: RestClient, additions: Additions): SnapshotBackend {
  return {
    findSnapshot: (name, call) => findSnapshot(client, name, call),
    createSnapshot: (request, call) => createSnapshot(client, additions, request, call),
    listSnapshots: (query, call) => listSnapshots(client, query, call),
    deleteSnapshot: (name, call) => deleteSnapshot(client, name, call),
    clone: (request, call) => cloneSnapshot(client, additions, request, call),
    createGroup: (request, call) => createGroup(client, additions, request, call),
    findGroup: (name, call) => findGroup(client, additions, name, call),
    deleteGroup: (name, call) => deleteGroup(client, additions, name, call),
  };
}

async function findSnapshot(client: RestClient, name: VolumeName, call: Call): Promise<Snapshot | undefined> {
  try {
    const path = `/v1/snapshots/${name}`;
    const subject = `snapshot ${name}`;
    return toSnapshot(await client.request({ method: 'GET', path, reply: snapInfo, subject }, call));
  } catch (error) {
    if (isFault(error, 'not-found')) return undefined;
    throw error;
  }
}

/** The gateway repeats safely; glusterd2 refuses a name that it has, and what has it is then looked at. */
async function createSnapshot(
  client: RestClient,
  additions: Additions,
  { name, source, metadata }: SnapshotRequest,
  call: Call,
): Promise<Snapshot> {
  const post = async (extra: object) => {
    const body = { volname: source, snapname: name, ...extra };
    const subject = `snapshot ${name} of volume ${source}`;
    const path = '/v1/snapshots';
    return client.request({ method: 'POST', path, body, reply: snapInfo, subject }, call);
  };
  try {
    const info = await additions.choose(ADDITIONS.snapshots, call, {
      extended: () => post({ metadata }),
      plain: () => post({ description: formatDescription(metadata) }),
    });
    const made = toSnapshot(info);
    if (made !== undefined) return made;
  } catch (error) {
    if (!isFault(error, 'conflict')) throw error;
    const found = await findSnapshot(client, name, call);
    if (found === undefined) throw error;
    return found;
  }
  throw new Fault('uncertain', `the reply to snapshot ${name} is of another; retry`);
}

/**
 * Asks for pages until there are enough of those with the metadata. glusterd2 knows no pages and sends all, in
 * no order: order, begin and end are made here in any case.
 */
async function listSnapshots(client: RestClient, query: SnapshotQuery, call: Call): Promise<SnapshotPage> {
  const { key, value, limit } = query;
  const found: Snapshot[] = [];
  for (let after = query.after, asked = limit + 1; found.length <= limit; ) {
    const page = await readPage(client, { ...query, after, limit: asked }, call);
    const news = page.filter(({ snapinfo }) => snapinfo.name > after);
    const snapshots = news.map(toSnapshot).filter((snapshot) => snapshot !== undefined);
    found.push(...snapshots.filter(({ metadata }) => metadata[key] === value));
    const last = news.at(-1);
    if (page.length !== asked || last === undefined) break;
    after = last.snapinfo.name;
  }
  return { snapshots: found.slice(0, limit), more: found.length > limit };
}

async function readPage(
  client: RestClient,
  { source, after, limit }: SnapshotQuery,
  call: Call,
): Promise<readonly SnapInfo[]> {
  const query = {
    ...(source === undefined ? {} : { volume: source }),
    limit: String(limit),
    ...(after === '' ? {} : { after }),
  };
  const request = { method: 'GET', path: '/v1/snapshots', query, reply: snapList } as const;
  try {
    const lists = await client.request({ ...request, subject: 'snapshots' }, call);
    const infos = lists.flatMap(({ snaps }) => snaps);
    return infos.toSorted((a, b) => (a.snapinfo.name < b.snapinfo.name ? -1 : 1));
  } catch (error) {
    // glusterd2's word for a source that is gone, which had no snapshots then.
    if (source !== undefined && isFault(error, 'not-found')) return [];
    throw error;
  }
}

async function deleteSnapshot(client: RestClient, name: VolumeName, call: Call): Promise<void> {
  try {
    const path = `/v1/snapshots/${name}`;
    await client.request({ method: 'DELETE', path, reply: z.null(), subject: `snapshot ${name}` }, call);
  } catch (error) {
    if (!isFault(error, 'not-found')) throw error;
  }
}
