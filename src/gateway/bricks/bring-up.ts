import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { brickDirectory, IMAGE } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';
import { isAbsent } from './device-mark.ts';
import { mountLoopBrick } from './loop-brick.ts';
import { isThinMade, mountThinBrick } from './lvm/thin-brick.ts';
import type { StoreContext } from './store-context.ts';

/** Brings a made brick to what its record says: mounted, and of that size. A directory always is. */
export async function bringUp(store: StoreContext, brick: StoredBrick): Promise<void> {
  if (brick.provisioner === 'loop') await mountLoopBrick(brick, store.step);
  else if (brick.provisioner === 'lvm') await mountThinBrick(store, brick);
}

/** False for a brick whose file system a crash kept from being made whole. */
export async function isMade(brick: StoredBrick): Promise<boolean> {
  if (brick.provisioner === 'directory') return true;
  return brick.provisioner === 'lvm' ? isThinMade(brick) : hasImage(brick);
}

async function hasImage(brick: StoredBrick): Promise<boolean> {
  try {
    return (await stat(join(brickDirectory(brick.device, brick), IMAGE))).isFile();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
