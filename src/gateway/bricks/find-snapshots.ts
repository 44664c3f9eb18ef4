import type { SnapshotQuery, StoredSnapshot } from './snapshot-store.ts';
import { snapshotsOn } from './snapshots-on.ts';
import type { StoreContext } from './store-context.ts';
import { markedDevices } from './survey.ts';

/** Those of this server. Damaged ones are logged and left out: nothing can be made of them. */
export async function findSnapshots(
  store: Pick<StoreContext, 'roots'>,
  query: SnapshotQuery,
): Promise<readonly StoredSnapshot[]> {
  const devices = await markedDevices(store.roots);
  const found = await Promise.all(devices.map(({ path }) => snapshotsOn(path, query.snapshot)));
  return found
    .flatMap(({ snapshots }) => snapshots)
    .filter(({ volume }) => query.volume === undefined || volume === query.volume)
    .filter(({ group }) => query.group === undefined || group?.name === query.group);
}
