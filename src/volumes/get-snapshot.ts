import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { formatSnapshotHandle } from './ids.ts';
import type { LocatedSnapshot } from './locate-snapshot.ts';
import type { Snapshot } from './snapshot.ts';

/** Throws `not-found`. */
export async function getSnapshot(located: LocatedSnapshot, call: Call): Promise<Snapshot> {
  const snapshot = await located.backend.findSnapshot(located.name, call);
  if (snapshot !== undefined) return snapshot;
  throw new Fault('not-found', `snapshot ${formatSnapshotHandle(located)} does not exist`);
}
