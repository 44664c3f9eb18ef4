import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { log } from '../telemetry/log.ts';
import type { SnapshotStore } from './bricks/snapshot-store.ts';
import { settleName } from './snapshots/settle-name.ts';
import { type VolumeDeps, volumeKey } from './volumes/deps.ts';

/** Ends what interrupted creates and deletes of snapshots left on this server's devices. Goes on past one that fails. */
export async function sweepSnapshots(
  deps: VolumeDeps,
  store: Pick<SnapshotStore, 'find'> | undefined,
  call: Call,
): Promise<void> {
  const unfinished = ((await store?.find({}, call)) ?? []).filter(({ state }) => state !== 'taken');
  for (const name of new Set(unfinished.map(({ snapshot }) => snapshot))) {
    try {
      using _lock = deps.locks.acquire(volumeKey(name));
      await settleName(deps, name, call);
    } catch (error) {
      if (!isFault(error, 'busy')) log.warn({ err: error, snapshot: name }, 'sweep of a snapshot failed');
    }
  }
}
