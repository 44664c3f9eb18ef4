import type { Call } from '../../control/call.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { finishHealing, isUnhealed } from '../snapshots/finish-healing.ts';
import { restoresOf, settleRestore } from '../snapshots/settle-restore.ts';
import { eventData, type VolumeDeps, volumeKey } from './deps.ts';
import { getVolume } from './get-volume.ts';
import { surveyServers } from './survey.ts';

/**
 * Starts the volume, and with `force` bricks that are down. Already started is success. Throws `not-found`, `busy`. A
 * restore that was interrupted is completed or undone first: `unreachable` when a server with its bricks is down. A
 * restored volume is healed before it is told of, unless that takes long.
 */
export async function startVolume(
  deps: VolumeDeps,
  name: string,
  options: { readonly force: boolean },
  call: Call,
): Promise<GlusterVolume> {
  using _lock = deps.locks.acquire(volumeKey(name));
  await settle(deps, name, call);
  // Read for the reply meanwhile: a start changes nothing of it but the state. Both end before the lock does.
  const [started, read] = await Promise.allSettled([
    deps.gluster.start(name, options, call),
    getVolume(deps.gluster, name, call),
  ]);
  if (started.status === 'rejected') throw started.reason;
  if (read.status === 'rejected') throw read.reason;
  const volume: GlusterVolume = { ...read.value, state: 'Started' };
  if (isUnhealed(volume)) return finishHealing(deps, volume, call);
  deps.notify('volume.started', eventData(volume));
  return volume;
}

async function settle(deps: VolumeDeps, name: string, call: Call): Promise<void> {
  const survey = await surveyServers(deps.pool, name, call);
  if (restoresOf(survey).length === 0) return;
  await settleRestore(deps, await getVolume(deps.gluster, name, call), survey, call);
}
