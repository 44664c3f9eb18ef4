import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import type { Located } from './clusters.ts';
import { formatHandle } from './ids.ts';
import type { Volume } from './spec.ts';
import { hasView } from './view.ts';

/** The volume, or the one that the directory is said to be in, or that the view shares. Throws `not-found`. */
export async function getVolume(located: Located, call: Call): Promise<Volume> {
  const volume = await located.backend.find(located.name, call);
  const isThere = volume !== undefined && (located.kind !== 'view' || hasView(volume, located.view));
  if (!isThere) throw new Fault('not-found', `volume ${formatHandle(located)} does not exist`);
  return volume;
}
