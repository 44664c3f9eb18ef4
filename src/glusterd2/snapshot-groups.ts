import * as z from 'zod';
import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { VolumeName } from '../volumes/ids.ts';
import type { GroupRequest, SnapshotGroup } from '../volumes/snapshot.ts';
import type { Additions } from './additions.ts';
import type { RestClient } from './http.ts';
import { type SnapGroup, snapGroup } from './snapshot-wire.ts';
import { toGroup } from './to-snapshot.ts';
import { ADDITIONS } from './wire.ts';

const PATH = '/v1/snapshot-groups';

/** The group, made or found; glusterd2 alone has none, since it cannot hold several volumes still at once. */
export async function createGroup(
  client: RestClient,
  additions: Additions,
  { name, metadata, members }: GroupRequest,
  call: Call,
): Promise<SnapshotGroup> {
  const body = {
    name,
    metadata,
    members: members.map((one) => ({ volname: one.source, snapname: one.name, metadata: one.metadata })),
  };
  const subject = `group snapshot ${name}`;
  try {
    return await additions.choose(ADDITIONS.snapshotGroups, call, {
      extended: async () =>
        read(await client.request({ method: 'POST', path: PATH, body, reply: snapGroup, subject }, call)),
      plain: () => Promise.reject(notServed(name)),
    });
  } catch (error) {
    if (!isFault(error, 'conflict')) throw error;
    const found = await findGroup(client, additions, name, call);
    if (found === undefined) throw error;
    return found;
  }
}

export async function findGroup(
  client: RestClient,
  additions: Additions,
  name: VolumeName,
  call: Call,
): Promise<SnapshotGroup | undefined> {
  const path = `${PATH}/${name}`;
  const subject = `group snapshot ${name}`;
  try {
    return await additions.choose(ADDITIONS.snapshotGroups, call, {
      extended: async () =>
        read(await client.request({ method: 'GET', path, reply: snapGroup, subject }, call)),
      plain: async () => undefined,
    });
  } catch (error) {
    if (isFault(error, 'not-found')) return undefined;
    throw error;
  }
}

export async function deleteGroup(
  client: RestClient,
  additions: Additions,
  name: VolumeName,
  call: Call,
): Promise<void> {
  const path = `${PATH}/${name}`;
  const subject = `group snapshot ${name}`;
  try {
    await additions.choose<unknown>(ADDITIONS.snapshotGroups, call, {
      extended: () => client.request({ method: 'DELETE', path, reply: z.null(), subject }, call),
      plain: async () => undefined,
    });
  } catch (error) {
    if (!isFault(error, 'not-found')) throw error;
  }
}

function read(info: SnapGroup): SnapshotGroup {
  const group = toGroup(info);
  if (group === undefined) throw new Fault('uncertain', 'the reply is of a group with another name; retry');
  return group;
}

function notServed(name: string): Fault {
  return new Fault(
    'unsupported',
    `group snapshot ${name}: glusterd2 cannot hold several volumes still in one moment; take a snapshot of each, or use a cluster with gateways`,
  );
}
