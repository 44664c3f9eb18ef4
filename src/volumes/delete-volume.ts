import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { duringChange } from './after-change.ts';
import type { LocatedVolume } from './clusters.ts';
import { isOwnedBy, KEYS } from './metadata.ts';

/**
 * Deletes the volume. One that is gone is told to the backend all the same, which clears what an interrupted
 * delete left of it. Throws `wrong-state` for a volume without our mark, and when it is in use.
 */
export async function deleteVolume(volume: LocatedVolume, owner: string, call: Call): Promise<void> {
  const { backend, name } = volume;
  const found = await backend.find(name, call);
  if (found !== undefined && !isOwnedBy(owner, found)) {
    const other = found.metadata[KEYS.owner];
    const reason = other === undefined ? 'was not made by a driver' : `belongs to ${other}`;
    throw new Fault(
      'wrong-state',
      `volume ${name} ${reason} and is not deleted by ${owner}; delete it by hand, or keep the PersistentVolume with Retain`,
    );
  }
  await duringChange(`deleting volume ${name}`, () => backend.delete(name, call));
}
