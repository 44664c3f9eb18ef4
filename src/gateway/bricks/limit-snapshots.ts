import { Fault } from '../../control/fault.ts';
import { findSnapshots } from './find-snapshots.ts';
import type { SnapshotFacts } from './snapshot-store.ts';
import type { StoreContext } from './store-context.ts';

/**
 * Throws `exhausted` when one of the volumes has as many snapshots as it may have, those that are being taken
 * included. The caller holds the turn of ACCOUNT until the new ones are written down, so that no two gateways get
 * beyond it together.
 */
export async function requireBelowLimit(
  store: Pick<StoreContext, 'roots' | 'snapshotsPerVolume'>,
  wanted: readonly SnapshotFacts[],
): Promise<void> {
  for (const { volume, volumeId, snapshot } of wanted) {
    const found = await findSnapshots(store, { volume });
    const own = found.filter((one) => one.volumeId === volumeId && one.snapshot !== snapshot);
    const count = new Set(own.map((one) => one.snapshot)).size;
    if (count < store.snapshotsPerVolume) continue;
    throw new Fault(
      'exhausted',
      `volume ${volume} has ${count} snapshots and snapshots.perVolume of the gateway's configuration allows ${store.snapshotsPerVolume}; delete some, or raise it on each server`,
    );
  }
}
