import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../../host/durable-file.ts';
import { IMAGE } from './brick-record.ts';
import { fitSnapshot } from './lvm/fit-snapshot.ts';
import { snapshotDirectory, writeSnapshot } from './snapshot-record.ts';
import type { StoredSnapshot } from './snapshot-store.ts';
import type { StoreContext } from './store-context.ts';

/** Makes the image last, or the room for what Gluster took, then says that it is whole. */
export async function commitSnapshot(
  store: StoreContext,
  snapshot: StoredSnapshot,
  createdAt: number,
): Promise<void> {
  if (snapshot.state === 'taken') return;
  const directory = snapshotDirectory(snapshot.device, snapshot);
  const whole = await makeWhole(store, snapshot, directory);
  await store.step('snapshot-taken');
  await writeSnapshot(directory, { ...whole, state: 'taken', createdAt });
}

async function makeWhole(
  store: StoreContext,
  snapshot: StoredSnapshot,
  directory: string,
): Promise<StoredSnapshot> {
  if (snapshot.provisioner === 'lvm') return fitSnapshot(store, snapshot);
  await store.step('snapshot-sync');
  await syncImage(directory);
  return snapshot;
}

async function syncImage(directory: string): Promise<void> {
  const image = await open(join(directory, IMAGE), 'r');
  try {
    await image.sync();
  } finally {
    await image.close();
  }
  await syncDirectory(directory);
}
