import type { Call } from '../../control/call.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { eventData, type VolumeDeps, volumeKey } from './deps.ts';
import { getVolume } from './get-volume.ts';

/** Starts the volume, and with `force` bricks that are down. Already started is success. Throws `not-found`, `busy`. */
export async function startVolume(
  deps: VolumeDeps,
  name: string,
  options: { readonly force: boolean },
  call: Call,
): Promise<GlusterVolume> {
  using _lock = deps.locks.acquire(volumeKey(name));
  await deps.gluster.start(name, options, call);
  const volume = await getVolume(deps.gluster, name, call);
  deps.notify('volume.started', eventData(volume));
  return volume;
}
