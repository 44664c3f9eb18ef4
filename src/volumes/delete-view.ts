import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import { duringChange } from './after-change.ts';
import type { Backend } from './backend.ts';
import type { LocatedView } from './clusters.ts';
import { exchange, untilSettled } from './exchange.ts';
import type { VolumeName } from './ids.ts';
import { KEYS } from './metadata.ts';
import type { Volume } from './spec.ts';
import { hasView, isClosing, isHalfMade, keyOf, viewsOf } from './view.ts';

const CLOSED = { key: KEYS.closing, value: 'yes' };

/**
 * Deletes the view, and with the last one the volume that it shared. The volume is closed first, so that no other
 * request can come in meanwhile; the view stays in it until it is gone. Throws `wrong-state` for a volume that this
 * driver did not make for views, and while the last view is mounted somewhere.
 */
export async function deleteView(located: LocatedView, owner: string, call: Call): Promise<void> {
  const { backend, name } = located;
  await untilSettled(`volume ${name}`, call, async () => {
    const found = await backend.find(name, call);
    if (found === undefined || isClosing(found)) {
      if (found !== undefined) requireOurs(found, owner);
      await deleteClosing(backend, name, call);
      return 'gone';
    }
    // Somebody makes it anew: what the view was of is gone.
    if (isHalfMade(found)) return 'gone';
    requireOurs(found, owner);
    if (!hasView(found, located.view)) return 'gone';
    const isLast = viewsOf(found).length === 1;
    const metadata = isLast ? { ...found.metadata, [CLOSED.key]: CLOSED.value } : without(found, located);
    const isMade = await exchange(backend, found, metadata, call);
    // A closed one is deleted by the next look.
    return isMade && !isLast ? 'gone' : undefined;
  });
}

/** Deletes the volume if it is closed; one that is not is another of its name. */
export async function deleteClosing(backend: Backend, name: VolumeName, call: Call): Promise<void> {
  try {
    await duringChange(`deleting volume ${name}`, () => backend.delete(name, call, CLOSED));
  } catch (error) {
    if (!isFault(error, 'conflict')) throw error;
  }
}

function without({ metadata }: Volume, { view }: LocatedView): Volume['metadata'] {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== keyOf(view)));
}

function requireOurs({ name, metadata }: Volume, owner: string): void {
  if (metadata[KEYS.viewOwner] === owner) return;
  throw new Fault(
    'wrong-state',
    `volume ${name} was not made by ${owner} for views of a snapshot and is not deleted; delete it by hand, or keep the PersistentVolume with Retain`,
  );
}
