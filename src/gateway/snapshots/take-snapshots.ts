import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { SnapshotGroupFacts } from '../bricks/snapshot-store.ts';
import { onAll } from '../peers/on-all.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { type VolumeDeps, volumeKey } from '../volumes/deps.ts';
import { requireNoBricks } from '../volumes/one-name-space.ts';
import { isGlusters, requireOneMoment, takeByGluster } from './gluster-snapshot.ts';
import { requireOneSize } from './growing-bricks.ts';
import { requireNoneMoved } from './moving-files.ts';
import { noteChanges } from './note-changes.ts';
import { type PlannedSnapshot, planSnapshot, requireDistinct, type WantedSnapshot } from './plan-snapshot.ts';
import { settleName } from './settle-name.ts';
import { getSnapshot, type SnapshotView } from './snapshot-view.ts';
import { standStill } from './stand-still.ts';

export interface WantedSnapshots {
  readonly members: readonly WantedSnapshot[];
  readonly group: SnapshotGroupFacts | undefined;
}

/**
 * Takes snapshots of volumes, all in the same moment. Those that exist already, all of the same sources and group, are
 * success. Throws `conflict` when a name is taken otherwise, `not-found` for a volume, `wrong-state`, `exhausted`,
 * `unreachable` and `busy` (nothing is left), `uncertain` (the same request completes it).
 */
export async function takeSnapshots(
  deps: VolumeDeps,
  { members, group }: WantedSnapshots,
  call: Call,
): Promise<readonly SnapshotView[]> {
  requireDistinct(members);
  using locks = new DisposableStack();
  const names = members.flatMap(({ volume, snapshot }) => [volume, snapshot]);
  for (const name of new Set(names)) locks.use(deps.locks.acquire(volumeKey(name)));
  const existing: SnapshotView[] = [];
  for (const member of members) {
    const found = await settleName(deps, member.snapshot, call);
    if (found !== undefined) existing.push(requireSame(found, member, group));
  }
  if (existing.length === members.length) return existing;
  if (existing[0] !== undefined)
    throw taken(existing[0].name, 'exists, and others of its group do not: delete what is left of the group');
  const planned: PlannedSnapshot[] = [];
  for (const member of members) planned.push(await planOne(deps, member, group, call));
  requireOneMoment(planned.map(({ facts }) => facts));
  await takeNow(deps, planned, call);
  return Promise.all(members.map(({ snapshot }) => getSnapshot(deps, snapshot, call)));
}

function requireSame(
  view: SnapshotView,
  member: WantedSnapshot,
  group: SnapshotGroupFacts | undefined,
): SnapshotView {
  const { facts } = view;
  if (facts.volume !== member.volume) throw taken(view.name, `is of volume ${facts.volume}`);
  if (facts.group?.name !== group?.name || facts.group?.size !== group?.size)
    throw taken(view.name, 'is of another group');
  return view;
}

function taken(name: string, why: string): Fault {
  return new Fault('conflict', `snapshot ${name} ${why}`);
}

async function planOne(
  deps: VolumeDeps,
  member: WantedSnapshot,
  group: SnapshotGroupFacts | undefined,
  call: Call,
) {
  if ((await deps.gluster.volume(member.snapshot, call)) !== undefined)
    throw new Fault('conflict', `a volume is named ${member.snapshot}`);
  return planSnapshot(deps, member, group, call);
}

async function takeNow(deps: VolumeDeps, planned: readonly PlannedSnapshot[], call: Call): Promise<void> {
  using held = deps.tokens.begin(await deps.pool.selfId(call));
  const { token } = held;
  const snapshots = planned.map(({ facts }) => facts);
  const peers = new Set(
    snapshots.flatMap(({ members }) =>
      members.filter(({ isPresent }) => isPresent).map(({ peerId }) => peerId),
    ),
  );
  const servers = (await deps.pool.servers(call)).filter(({ peerId }) => peers.has(peerId));
  const names = snapshots.map(({ snapshot }) => snapshot);
  const check = async (given: Call) => {
    await requireNoBricks(deps, names, given);
    for (const facts of snapshots) await requireOneSize(deps.gluster, servers, facts, given);
  };
  const volumes = planned.map(({ volume }) => volume);
  const noted = await noteChanges(deps, volumes, call);
  const confirm = async (given: Call) => {
    await noted.confirm(given);
    for (const { volume, ended } of planned) await requireNoneMoved(deps, volume, ended, given);
  };
  const still = { token, snapshots, servers, check, confirm };
  const isByGluster = snapshots.some(isGlusters);
  const taking = isByGluster ? takeByGluster(deps, still, call) : standStill(still, call);
  const createdAt = await taking.catch(async (error) => {
    // What Gluster may make yet has to have its changes noted: housekeeping ends that.
    if (!(isByGluster && isFault(error, 'uncertain', 'timed-out', 'cancelled'))) await noted.end(call);
    throw error;
  });
  const commit = onAll(servers, (server) => server.snapshots.commit(token, createdAt, call));
  const [committed] = await Promise.allSettled([commit, noted.end(call)]);
  if (committed.status === 'rejected') throw afterMutation(committed.reason, `snapshot ${names.join(', ')}`);
}
