import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { log } from '../telemetry/log.ts';
import type { BrickStore } from './bricks/brick-store.ts';
import { settleRestore } from './snapshots/settle-restore.ts';
import { lookAt } from './volumes/clear-name.ts';
import { type VolumeDeps, volumeKey } from './volumes/deps.ts';

/** Ends interrupted restores of volumes with bricks on this server. Goes on past one that fails. */
export async function sweepRestores(
  deps: VolumeDeps,
  store: Pick<BrickStore, 'bricks'>,
  call: Call,
): Promise<void> {
  const unfinished = (await store.bricks(undefined, call)).filter(
    ({ restore, state }) => restore !== undefined && state === 'used',
  );
  for (const name of new Set(unfinished.map(({ volume }) => volume))) {
    try {
      using _lock = deps.locks.acquire(volumeKey(name));
      const { volume, survey } = await lookAt(deps, name, call);
      if (volume !== undefined) await settleRestore(deps, volume, survey, call);
    } catch (error) {
      if (!isFault(error, 'busy')) log.warn({ err: error, volume: name }, 'ending a restore failed');
    }
  }
}
