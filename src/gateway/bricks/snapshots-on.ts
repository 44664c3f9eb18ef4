import { isFault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import { isKeyOf } from './brick-record.ts';
import { readSnapshot, snapshotDirectories } from './snapshot-record.ts';
import type { StoredSnapshot } from './snapshot-store.ts';

export interface FoundSnapshots {
  readonly snapshots: readonly StoredSnapshot[];
  /** Directories whose record cannot be read: they keep their place and their space. */
  readonly damaged: readonly string[];
}

/** The snapshots on a device, or those of one name. */
export async function snapshotsOn(device: string, snapshot?: string): Promise<FoundSnapshots> {
  const directories = (await snapshotDirectories(device)).filter(
    (path) => snapshot === undefined || isKeyOf(path.slice(path.lastIndexOf('/') + 1), snapshot),
  );
  const snapshots: StoredSnapshot[] = [];
  const damaged: string[] = [];
  for (const directory of directories) {
    try {
      snapshots.push(await readSnapshot(directory));
    } catch (error) {
      if (!isFault(error)) throw error;
      log.error({ err: error }, 'a snapshot cannot be read');
      damaged.push(directory);
    }
  }
  return { snapshots, damaged };
}
