import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { finishHealing, isUnhealed } from './snapshots/finish-healing.ts';
import { type VolumeDeps, volumeKey } from './volumes/deps.ts';

/** Goes on with volumes whose content came from a snapshot, and that were not healed when they were started. */
export async function healRestored(deps: VolumeDeps, call: Call): Promise<void> {
  const selfId = await deps.pool.selfId(call);
  const volumes = (await deps.gluster.volumes(call)).filter(
    (volume) => volume.state === 'Started' && volume.bricks[0]?.peerId === selfId && isUnhealed(volume),
  );
  for (const volume of volumes) {
    try {
      using _lock = deps.locks.acquire(volumeKey(volume.name));
      await finishHealing(deps, volume, call);
    } catch (error) {
      if (!isFault(error, 'busy')) throw error;
    }
  }
}
