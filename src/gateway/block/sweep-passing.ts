import type { Call } from '../../control/call.ts';
import { isFault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import { isPassing, madeFor } from './block-source.ts';
import type { BlockDeps } from './deps.ts';
import type { Hosted } from './locate.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Removes snapshots that clones were to be made by way of, once the clone is there or nobody has gone on with it
 * for a day. To be asked where all hosting volumes were looked at anyway.
 */
export async function sweepPassing(deps: BlockDeps, found: readonly Hosted[], call: Call): Promise<void> {
  const isThere = (name: string) => found.some(({ disks }) => disks.some((disk) => disk.name === name));
  for (const { hosting, snapshots } of found) {
    const left = snapshots.filter(
      (one) =>
        isPassing(one) && (isThere(madeFor(one)) || Date.now() - (one.keptAt ?? one.createdAt) > DAY_MS),
    );
    if (left.length === 0) continue;
    const removed = deps.mounts.use(
      hosting.name,
      async ({ snapshots: kept }) => {
        for (const { name } of left) await kept.remove(name, call);
      },
      call,
    );
    await removed.catch((error: unknown) => {
      if (!isFault(error)) throw error;
      log.warn({ err: error, volume: hosting.name }, 'snapshots of clones that are done stay for now');
    });
  }
}
