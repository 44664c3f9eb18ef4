import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import { duringChange } from './after-change.ts';
import type { Backend } from './backend.ts';
import type { LocatedVolume } from './clusters.ts';
import { parseHandle } from './ids.ts';
import { isOwnedBy, KEYS } from './metadata.ts';
import { passingName } from './passing-snapshot.ts';
import type { Volume } from './spec.ts';

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
  await deletePassingSnapshot(found, backend, call);
  await duringChange(`deleting volume ${name}`, () => deleteOurs(volume, owner, call));
}

/** What has the name now and is not ours came after our volume was gone. */
async function deleteOurs({ backend, name }: LocatedVolume, owner: string, call: Call): Promise<void> {
  try {
    await backend.delete(name, call, { key: KEYS.owner, value: owner });
  } catch (error) {
    if (!isFault(error, 'conflict')) throw error;
  }
}

/**
 * A clone of a volume may still have the snapshot that was taken for it, when its create was not repeated to the
 * end. It goes first: once the volume is gone nothing tells of it.
 */
async function deletePassingSnapshot(
  volume: Volume | undefined,
  backend: Backend,
  call: Call,
): Promise<void> {
  const source = volume?.metadata[KEYS.source];
  if (volume === undefined || source === undefined || parseHandle(source) === undefined) return;
  const name = passingName(volume);
  await duringChange(`deleting snapshot ${name}`, () => backend.deleteSnapshot(name, call));
}
