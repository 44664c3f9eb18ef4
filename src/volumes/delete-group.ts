import type { Call } from '../control/call.ts';
import { Fault, invalid } from '../control/fault.ts';
import { duringChange } from './after-change.ts';
import { type KnownGroup, toHandles } from './get-group.ts';
import { isOwnedBy } from './metadata.ts';

/**
 * Deletes the group with its snapshots; what an interrupted delete has left is fewer than the CO knows. Throws
 * `invalid` when the CO leaves some out that there are, `wrong-state` for a group without our mark.
 */
export async function deleteGroup(known: KnownGroup, owner: string, call: Call): Promise<void> {
  const { group, snapshotIds } = known;
  const { backend, name } = group;
  const found = await backend.findGroup(name, call);
  if (found !== undefined && !isOwnedBy(owner, found)) {
    throw new Fault('wrong-state', `group snapshot ${name} was not made by ${owner}; delete it by hand`);
  }
  if (found !== undefined && snapshotIds.length > 0) {
    const left = toHandles(found, group).filter((id) => !snapshotIds.includes(id));
    if (left.length > 0) throw invalid('snapshot_ids', `leaves out ${left.join(', ')}; name all members`);
  }
  await duringChange(`deleting group snapshot ${name}`, () => backend.deleteGroup(name, call));
}
