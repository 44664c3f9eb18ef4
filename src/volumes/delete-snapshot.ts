import type { Call } from '../control/call.ts';
import { Fault, invalid } from '../control/fault.ts';
import { duringChange } from './after-change.ts';
import type { LocatedSnapshot } from './locate-snapshot.ts';
import { isOwnedBy } from './metadata.ts';

/**
 * Deletes the snapshot. One that is gone is told to the backend all the same, which clears what an interrupted
 * request left. Throws `wrong-state` for a snapshot without our mark, `invalid` for a member of a group.
 */
export async function deleteSnapshot(snapshot: LocatedSnapshot, owner: string, call: Call): Promise<void> {
  const { backend, name } = snapshot;
  const found = await backend.findSnapshot(name, call);
  if (found?.group !== undefined) {
    throw invalid(
      'snapshot_id',
      `snapshot ${name} is part of group ${found.group} and goes with it; delete the group snapshot`,
    );
  }
  if (found !== undefined && !isOwnedBy(owner, found)) {
    throw new Fault('wrong-state', `snapshot ${name} was not made by ${owner}; delete it by hand`);
  }
  await duringChange(`deleting snapshot ${name}`, () => backend.deleteSnapshot(name, call));
}
