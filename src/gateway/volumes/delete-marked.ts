import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { MarkedVolume } from '../peers/home-server.ts';
import { getRecord } from '../volume-record.ts';
import { deleteVolume } from './delete-volume.ts';
import type { VolumeDeps } from './deps.ts';
import { homeOf } from './home-of.ts';
import { lacksRecord } from './own-bricks.ts';
import { readVolume } from './restore-record.ts';

/**
 * Deletes the volume if it has the mark. Only the gateway at home with a volume does it: a repeated request that
 * comes late meets the lock, no volume, or one without the mark, and never the next volume of that name. Faults as
 * with `deleteVolume`, and `conflict` for another volume.
 */
export async function deleteMarked(deps: VolumeDeps, marked: MarkedVolume, call: Call): Promise<boolean> {
  const volume = await deps.gluster.volume(marked.volume, call);
  if (volume === undefined) return deleteVolume(deps, marked.volume, call, refuse);
  if (lacksRecord(volume)) await readVolume(deps, volume.name, call);
  const home = await homeOf(deps, volume, call);
  return home === undefined ? deleteHere(deps, marked, call) : home.deleteMarked(marked, call);
}

/** The same by the gateway at home. */
export function deleteHere(
  deps: VolumeDeps,
  { volume: name, key, value }: MarkedVolume,
  call: Call,
): Promise<boolean> {
  return deleteVolume(deps, name, call, (volume) => {
    if (getRecord(volume).metadata[key] !== value) refuse(volume);
  });
}

function refuse({ name }: GlusterVolume): never {
  throw new Fault('conflict', `volume ${name} is another one than was meant; nothing is deleted`);
}
