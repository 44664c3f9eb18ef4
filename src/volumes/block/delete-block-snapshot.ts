import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { duringChange } from '../after-change.ts';
import { isOwnedBy } from '../metadata.ts';
import type { LocatedBlock } from './block-clusters.ts';

/**
 * Deletes the snapshot. One that is gone is told to the backend all the same, which clears what an interrupted delete
 * left. Throws `wrong-state` for a snapshot without our mark.
 */
export async function deleteBlockSnapshot(located: LocatedBlock, owner: string, call: Call): Promise<void> {
  const { backend, name } = located;
  const found = await backend.findSnapshot(located, call);
  if (found !== undefined && !isOwnedBy(owner, found)) {
    throw new Fault('wrong-state', `snapshot ${name} was not made by ${owner}; delete it by hand`);
  }
  await duringChange(`deleting snapshot ${name}`, () => backend.deleteSnapshot(located, call));
}
