import type { Call } from '../../control/call.ts';
import { isFault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { readRecord } from '../volume-record.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { HEALING } from './clone-metadata.ts';
import { healClone } from './heal-clone.ts';

/** True for a volume that was given the content of a snapshot and has not been healed since. */
export function isUnhealed(volume: GlusterVolume): boolean {
  return readRecord(volume)?.metadata[HEALING] !== undefined;
}

/**
 * Has a started volume healed and puts its options back. One that takes longer, or of which a server is down, serves
 * meanwhile as any volume that heals: the next start or housekeeping goes on.
 */
export async function finishHealing(
  deps: VolumeDeps,
  volume: GlusterVolume,
  call: Call,
): Promise<GlusterVolume> {
  try {
    return await healClone(deps, volume, call);
  } catch (error) {
    if (!isFault(error)) throw error;
    log.info({ err: error, volume: volume.name }, 'the volume is started and not healed yet');
    return volume;
  }
}
