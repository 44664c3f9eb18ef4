import type { Call } from '../control/call.ts';
import { log } from '../telemetry/log.ts';
import { endNoting } from './snapshots/note-changes.ts';
import { notedBy, notedSince } from './snapshots/noting-options.ts';
import type { VolumeDeps } from './volumes/deps.ts';

/** Far above the time that a request has. Clocks that differ by more cost a snapshot a retry. */
const DEAD_MS = 10 * 60_000;

/**
 * Ends the noting of changes for snapshots whose gateway died over them. Goes on past a volume that fails. `now`:
 * milliseconds since 1970.
 */
export async function sweepNoting(deps: VolumeDeps, call: Call, now = Date.now()): Promise<void> {
  const isDead = (mark: string) => now - notedSince(mark) > DEAD_MS;
  for (const volume of await deps.gluster.volumes(call)) {
    const mark = notedBy(volume);
    if (mark === undefined || !isDead(mark)) continue;
    await endNoting(deps, volume.name, isDead, call).catch((error: unknown) => {
      log.warn({ err: error, volume: volume.name }, 'ending what a snapshot left set failed');
    });
  }
}
