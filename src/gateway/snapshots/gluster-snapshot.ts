import { type Call, detached } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { layoutOf } from '../brick-layout.ts';
import type { SnapshotFacts, StoredSnapshot } from '../bricks/snapshot-store.ts';
import type { GlusterSnapshot, GlusterSnapshots } from '../gluster-cli/gluster.ts';
import { onAll } from '../peers/on-all.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { areDead } from '../volumes/dead-tokens.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { isNoted } from './noting-options.ts';
import { forget, requestsOf, type StandStill } from './stand-still.ts';

const LOOK_MS = 30_000;
const MARK = 'gluster-csi';

/** True for a snapshot that Gluster makes: of thin bricks. Ours are made by `standStill`. */
export function isGlusters({ provisioner }: Pick<SnapshotFacts, 'provisioner'>): boolean {
  return provisioner === 'lvm';
}

/**
 * Has Gluster take the snapshot of one volume, and resolves with its moment, exact to the second. Each server first
 * writes down its part and makes room for it in the bricks' pools. When it throws, nothing is left, or it is
 * `uncertain`: whoever meets the name next looks what Gluster made.
 */
export async function takeByGluster(deps: VolumeDeps, still: StandStill, call: Call): Promise<number> {
  const { token, servers, snapshots } = still;
  const [facts] = snapshots;
  if (facts === undefined || snapshots.length > 1) throw noCommonMoment();
  try {
    await onAll(servers, (server) => server.snapshots.prepare(token, requestsOf(still, server), call));
    await still.check(call);
  } catch (error) {
    await forget(still, call);
    throw error;
  }
  const wanted = { name: facts.snapshot, volume: facts.volume, description: descriptionOf(token) };
  const refusal = await deps.gluster.createSnapshot(wanted, call).catch((error: unknown) => error);
  // A transaction whose end is not known may still go on: what it makes is looked for by the retry.
  if (isFault(refusal, 'uncertain', 'timed-out', 'cancelled')) throw refusal;
  const made = await look(deps.gluster, facts.snapshot, call);
  if (made !== undefined && isOf(made, token)) return confirmed(deps, still, made, call);
  await forget(still, call);
  if (made !== undefined) await removeOrphan(deps, made, call);
  throw refusal ?? new Fault('unreachable', `gluster made snapshot ${facts.snapshot} and lost it; retry`);
}

/** Its moment. Unless changes were noted all the while it is deleted: its clones could not be healed. */
async function confirmed(
  deps: VolumeDeps,
  still: StandStill,
  { name, createdAt }: GlusterSnapshot,
  call: Call,
): Promise<number> {
  const fresh = detached(call, LOOK_MS);
  try {
    await still.confirm(fresh);
    return createdAt;
  } catch (error) {
    await deps.gluster.deleteSnapshot(name, fresh).catch((failed: unknown) => {
      throw afterMutation(failed, `snapshot ${name}`);
    });
    await forget(still, call);
    throw error;
  }
}

/**
 * What Gluster made for one of these parts, whose creates are over: undefined when it made nothing, or while changes
 * were no longer noted.
 */
export async function findMade(
  deps: VolumeDeps,
  parts: readonly StoredSnapshot[],
  call: Call,
): Promise<Pick<StoredSnapshot, 'token' | 'createdAt'> | undefined> {
  const [first] = parts.filter(isGlusters);
  if (first === undefined) return undefined;
  const made = await deps.gluster.snapshot(first.snapshot, call);
  const part = parts.find(({ token }) => made !== undefined && isOf(made, token));
  if (made === undefined || part === undefined || (await isUnnoted(deps, part, call))) return undefined;
  return { token: part.token, createdAt: made.createdAt };
}

/** A create that died has left its volume noting, for as long as Gluster may go on with it. */
async function isUnnoted({ gluster }: VolumeDeps, { volume }: StoredSnapshot, call: Call): Promise<boolean> {
  const found = await gluster.volume(volume, call);
  return found !== undefined && layoutOf(found).kind !== 'plain' && !isNoted(found);
}

/** Deletes Gluster's snapshot, when these parts are of it. Another one of the name is somebody else's. */
export async function deleteFromGluster(
  deps: VolumeDeps,
  parts: readonly StoredSnapshot[],
  call: Call,
): Promise<void> {
  const [first] = parts.filter(isGlusters);
  if (first === undefined) return;
  const made = await deps.gluster.snapshot(first.snapshot, call);
  if (made !== undefined && parts.some(({ token }) => isOf(made, token)))
    await deps.gluster.deleteSnapshot(first.snapshot, call);
}

/** Gluster's name of the snapshot's volume, for a clone. Throws `not-found` when somebody has deleted it there. */
export async function glusterNameOf(deps: VolumeDeps, facts: StoredSnapshot, call: Call): Promise<string> {
  const made = await deps.gluster.snapshot(facts.snapshot, call);
  if (made !== undefined && isOf(made, facts.token)) return made.glusterName;
  throw new Fault(
    'not-found',
    `gluster has no snapshot ${facts.snapshot} any more (gluster snapshot list); delete it, it cannot be cloned`,
  );
}

/** Throws `unsupported` for several volumes: Gluster holds one still at a time. */
export function requireOneMoment(snapshots: readonly SnapshotFacts[]): void {
  if (snapshots.some(isGlusters) && snapshots.some(({ group }) => group !== undefined))
    throw noCommonMoment();
}

function noCommonMoment(): Fault {
  return new Fault(
    'unsupported',
    'a group of snapshots needs loop bricks: Gluster takes snapshots of lvm bricks one volume after the other',
  );
}

/** What glusterd went on to make for a create that had been given up: in nobody's records, and in this one's way. */
async function removeOrphan(deps: VolumeDeps, made: GlusterSnapshot, call: Call): Promise<void> {
  const { name, description, createdAt } = made;
  if (!description.startsWith(`${MARK} `)) return;
  const token = description.slice(MARK.length + 1);
  if (!(await areDead(deps, [{ token, createdAt }], call))) return;
  await deps.gluster.deleteSnapshot(name, call);
  throw new Fault('busy', `what was left of an earlier snapshot ${name} is removed; retry`);
}

async function look(
  gluster: GlusterSnapshots,
  name: string,
  call: Call,
): Promise<GlusterSnapshot | undefined> {
  try {
    return await gluster.snapshot(name, detached(call, LOOK_MS));
  } catch (error) {
    throw afterMutation(error, `snapshot ${name}`);
  }
}

/** Whose it is, where Gluster keeps it. Everything else that is to be known of it stands in the parts' records. */
function descriptionOf(token: string): string {
  return `${MARK} ${token}`;
}

function isOf({ description }: GlusterSnapshot, token: string): boolean {
  return description === descriptionOf(token);
}
