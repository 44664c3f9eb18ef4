import { formatKey } from '../brick-record.ts';
import { snapshotDirectory, writeSnapshot } from '../snapshot-record.ts';
import type { StoredSnapshot } from '../snapshot-store.ts';
import type { StoreContext } from '../store-context.ts';
import { findBricks } from '../survey.ts';
import { turnOf } from './names.ts';
import { fitPool } from './thin-pool.ts';

/**
 * Resolves with the snapshot as large as its brick is now: another gateway may have grown that between the promise and
 * Gluster's turn, and then Gluster's snapshot may be of the new size, for which its pool has no room yet. Throws
 * `exhausted` when the group has none either; the snapshot is then neither taken nor lost.
 */
export async function fitSnapshot(store: StoreContext, snapshot: StoredSnapshot): Promise<StoredSnapshot> {
  const { device, volume, family } = snapshot;
  const { bricks } = await findBricks(device, volume);
  const source = bricks.find((brick) => formatKey(brick) === formatKey(snapshot));
  if (source === undefined || source.accountBytes <= snapshot.accountBytes) return snapshot;
  const { dataBytes, accountBytes } = source;
  const larger = { ...snapshot, dataBytes, accountBytes };
  await store.step('snapshot-larger');
  await writeSnapshot(snapshotDirectory(device, snapshot), larger);
  await store.serial.run(turnOf(device), () => fitPool(device, family));
  return larger;
}
