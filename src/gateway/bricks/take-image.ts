import { constants } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../control/fault.ts';
import { brickDirectory, formatKey, IMAGE, MOUNT_POINT } from './brick-record.ts';
import { snapshotDirectory } from './snapshot-record.ts';
import type { StoredSnapshot } from './snapshot-store.ts';

type Source = Pick<StoredSnapshot, 'volume' | 'subvol' | 'brick' | 'device'>;

/** Where the source brick's file system is mounted. */
export function mountPointOf({ device, volume, subvol, brick }: Source): string {
  return join(brickDirectory(device, { volume, subvol, brick }), MOUNT_POINT);
}

/** Reflinks the brick's image into the snapshot. Touches the outer file system alone: the inner one stands still. */
export async function takeImage(
  snapshot: StoredSnapshot,
  step: (name: string) => Promise<void>,
): Promise<void> {
  const image = join(brickDirectory(snapshot.device, snapshot), IMAGE);
  if ((await stat(image, { bigint: true })).size > snapshot.accountBytes) {
    throw new Fault('busy', `brick ${formatKey(snapshot)} has grown meanwhile; retry`);
  }
  await step('reflink');
  await copyFile(
    image,
    join(snapshotDirectory(snapshot.device, snapshot), IMAGE),
    constants.COPYFILE_FICLONE_FORCE,
  );
}
