import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import type { LocatedDirectory, LocatedVolume } from './clusters.ts';
import { formatHandle } from './ids.ts';
import type { Volume } from './spec.ts';

/** The volume, or the one that the directory is said to be in. Throws `not-found`. */
export async function getVolume(located: LocatedVolume | LocatedDirectory, call: Call): Promise<Volume> {
  const volume = await located.backend.find(located.name, call);
  if (volume === undefined) throw new Fault('not-found', `volume ${formatHandle(located)} does not exist`);
  return volume;
}
