import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { duringChange } from '../after-change.ts';
import { KEYS } from '../metadata.ts';
import type { LocatedBlock } from './block-clusters.ts';

/**
 * Deletes the block volume. One that is gone is told to the backend all the same, which clears what an interrupted
 * delete left of it. Throws `wrong-state` for a volume without our mark, and while it is published.
 */
export async function deleteBlockVolume(located: LocatedBlock, owner: string, call: Call): Promise<void> {
  const { backend, name } = located;
  const found = await backend.find(located, call);
  const other = found?.metadata[KEYS.owner];
  if (found !== undefined && other !== owner) {
    const reason = other === undefined ? 'was not made by a driver' : `belongs to ${other}`;
    throw new Fault(
      'wrong-state',
      `block volume ${name} ${reason} and is not deleted by ${owner}; delete it by hand, or keep the PersistentVolume with Retain`,
    );
  }
  await duringChange(`deleting block volume ${name}`, () => backend.delete(located, call));
}
