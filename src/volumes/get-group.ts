import type { Call } from '../control/call.ts';
import { Fault, invalid } from '../control/fault.ts';
import { formatSnapshotHandle } from './ids.ts';
import type { LocatedSnapshot } from './locate-snapshot.ts';
import type { SnapshotGroup } from './snapshot.ts';

export interface KnownGroup {
  readonly group: LocatedSnapshot;
  /** Handles of the members as the CO knows them; empty when it does not say. */
  readonly snapshotIds: readonly string[];
}

/** Throws `not-found`, and `invalid` when the CO knows other members than there are. */
export async function getGroup({ group, snapshotIds }: KnownGroup, call: Call): Promise<SnapshotGroup> {
  const found = await group.backend.findGroup(group.name, call);
  if (found === undefined) {
    throw new Fault('not-found', `group snapshot ${formatSnapshotHandle(group)} does not exist`);
  }
  const members = toHandles(found, group);
  requireKnown(found, members, snapshotIds);
  const missing = snapshotIds.length === 0 ? [] : members.filter((id) => !snapshotIds.includes(id));
  if (missing.length > 0) throw invalid('snapshot_ids', `leaves out ${missing.join(', ')}; name all members`);
  return found;
}

function requireKnown(
  group: SnapshotGroup,
  members: readonly string[],
  snapshotIds: readonly string[],
): void {
  const stranger = snapshotIds.find((id) => !members.includes(id))?.slice(0, 128);
  if (stranger === undefined) return;
  const lost = describeMissing(group);
  const words =
    lost === undefined
      ? 'is no member of the group snapshot; leave it out'
      : `is no member of the group snapshot, which ${lost}`;
  throw invalid('snapshot_ids', `"${stranger}" ${words}`);
}

/** What is to be said of a group that lacks some of its snapshots. */
export function describeMissing({ missing, snapshots }: SnapshotGroup): string | undefined {
  if (missing === 0) return undefined;
  return `has lost ${missing} of its ${missing + snapshots.length} snapshots to a delete that did not end; delete it again`;
}

/** The ids of the members that there are. */
export function toHandles({ snapshots }: SnapshotGroup, { cluster }: LocatedSnapshot): readonly string[] {
  return snapshots.map(({ name }) => formatSnapshotHandle({ kind: 'snap', cluster, name }));
}
