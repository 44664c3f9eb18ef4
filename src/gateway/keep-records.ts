import type { Call } from '../control/call.ts';
import { isFault } from '../control/fault.ts';
import { log } from '../telemetry/log.ts';
import type { BrickStore } from './bricks/brick-store.ts';
import type { GlusterVolume } from './gluster-cli/gluster.ts';
import { RECORD_OPTION, readRecord } from './volume-record.ts';
import { type VolumeDeps, volumeKey } from './volumes/deps.ts';
import { lacksRecord } from './volumes/own-bricks.ts';
import { withRecord } from './volumes/restore-record.ts';

/**
 * Keeps the records of volumes and the copies in their bricks alike: a volume that was reset gets its record back,
 * wherever its bricks are; a copy in a used brick of this server that differs from its volume's record is written
 * anew. Logs and goes on past a volume that fails.
 */
export async function keepRecords(deps: VolumeDeps, store: BrickStore, call: Call): Promise<void> {
  const [selfId, volumes, bricks] = await Promise.all([
    deps.pool.selfId(call),
    deps.gluster.volumes(call),
    store.bricks(undefined, call),
  ]);
  const used = new Map(bricks.filter(({ state }) => state === 'used').map((brick) => [brick.path, brick]));
  for (const volume of volumes) {
    const own = volume.bricks
      .map(({ peerId, path }) => (peerId === selfId ? used.get(path) : undefined))
      .filter((brick) => brick !== undefined && brick.volume === volume.name);
    const lags = own.some((brick) => brick?.record !== volume.options[RECORD_OPTION]);
    await keepRecord({ deps, store, volume, lags }, call).catch((error: unknown) => {
      if (!isFault(error, 'busy')) log.warn({ err: error, volume: volume.name }, 'keeping its record failed');
    });
  }
}

interface Kept {
  readonly deps: VolumeDeps;
  readonly store: BrickStore;
  readonly volume: GlusterVolume;
  /** A copy on this server differs. */
  readonly lags: boolean;
}

async function keepRecord({ deps, store, volume, lags }: Kept, call: Call): Promise<void> {
  const { name } = volume;
  if (lacksRecord(volume)) {
    using _lock = deps.locks.acquire(volumeKey(name));
    await withRecord(deps, volume, call);
    return;
  }
  const record = volume.options[RECORD_OPTION];
  // What this gateway cannot read it does not take for better than the copy it has.
  if (record === undefined || !lags || readRecord(volume) === undefined) return;
  using _lock = deps.locks.acquire(volumeKey(name));
  await store.setRecord(name, record, call);
}
