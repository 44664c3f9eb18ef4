import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../../host/durable-file.ts';
import { IMAGE } from './brick-record.ts';
import { snapshotDirectory, writeSnapshot } from './snapshot-record.ts';
import type { StoredSnapshot } from './snapshot-store.ts';

/** Makes the image last, then says that it is whole. */
export async function commitSnapshot(
  snapshot: StoredSnapshot,
  createdAt: number,
  step: (name: string) => Promise<void>,
): Promise<void> {
  if (snapshot.state === 'taken') return;
  const directory = snapshotDirectory(snapshot.device, snapshot);
  if (snapshot.provisioner !== 'lvm') {
    await step('snapshot-sync');
    await syncImage(directory);
  }
  await step('snapshot-taken');
  await writeSnapshot(directory, { ...snapshot, state: 'taken', createdAt });
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
