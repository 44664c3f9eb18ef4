import type { Call } from '../../control/call.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { eventData, type VolumeDeps, volumeKey } from './deps.ts';
import { getVolume } from './get-volume.ts';

/** Stops the volume, clients or not (as glusterd2 does). Not started is success. Throws `not-found`, `busy`. */
export async function stopVolume(deps: VolumeDeps, name: string, call: Call): Promise<GlusterVolume> {
  using _lock = deps.locks.acquire(volumeKey(name));
  await deps.gluster.stop(name, call);
  const volume = await getVolume(deps.gluster, name, call);
  deps.notify('volume.stopped', eventData(volume));
  return volume;
}
