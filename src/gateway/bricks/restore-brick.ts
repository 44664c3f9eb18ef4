import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../control/fault.ts';
import { syncDirectory } from '../../host/durable-file.ts';
import { detachLoop, findLoops } from '../../host/loop.ts';
import { readMounts, topMount } from '../../host/mountinfo.ts';
import { unmountWithin } from '../../host/unmount.ts';
import { createSparse } from '../../host/xfs.ts';
import { brickDirectory, formatKey, IMAGE, MOUNT_POINT } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';
import { cleanMarks } from './clean-marks.ts';
import { copyImage } from './copy-image.ts';
import { isAbsent } from './device-mark.ts';
import { mountLoopBrick } from './loop-brick.ts';
import type { StoreContext } from './store-context.ts';

/** In a brick's directory: the copy that takes the image's place, and the image that was there. */
const COPY = 'restoring';
const BEFORE = 'before';
/** How long a brick process may take to let go after its volume was stopped. */
const PATIENCE_MS = 5_000;

type Store = Pick<StoreContext, 'step' | 'trash' | 'cleanBrick'>;

function pathsOf(brick: StoredBrick) {
  const directory = brickDirectory(brick.device, brick);
  return {
    directory,
    image: join(directory, IMAGE),
    target: join(directory, MOUNT_POINT),
    copies: join(directory, COPY),
    copy: join(directory, COPY, IMAGE),
    kept: join(directory, BEFORE),
    before: join(directory, BEFORE, IMAGE),
  };
}

/** Reflinks a snapshot's image beside the brick's own, to last. */
export async function copyBeside(brick: StoredBrick, snapshotImage: string, { step }: Store): Promise<void> {
  const { directory, copies, copy } = pathsOf(brick);
  await mkdir(copies, { mode: 0o700, recursive: true });
  await rm(copy, { force: true });
  await step('restore-copy');
  await createSparse(copy, 0n);
  await copyImage(snapshotImage, copy);
  await syncDirectory(copies);
  await syncDirectory(directory);
}

/** Unmounts the brick, for good: who has it open keeps it. Not mounted is success. */
export async function closeBrick(brick: StoredBrick, { step }: Store): Promise<void> {
  const { target, image } = pathsOf(brick);
  const mounted = topMount(await readMounts(), target);
  if (mounted !== undefined) {
    await step('restore-unmount');
    if (!(await unmountWithin(target, PATIENCE_MS)))
      throw new Fault('wrong-state', `brick ${formatKey(brick)} is in use; stop its volume and retry`);
    await step('restore-detach');
  }
  await Promise.all((await findLoops(image)).map(detachLoop));
}

/** The copy takes the image's place. Each rename is seen by the next try. */
async function swapImages(brick: StoredBrick, { step }: Store): Promise<void> {
  const { directory, image, copy, kept, before } = pathsOf(brick);
  if (!(await exists(copy))) {
    if (await exists(before)) return;
    throw new Fault('wrong-state', `${copy} is missing; start the volume as it was and restore it again`);
  }
  await mkdir(kept, { mode: 0o700, recursive: true });
  if (!(await exists(before))) {
    await step('restore-set-aside');
    await rename(image, before);
    await syncDirectory(kept);
  }
  await step('restore-put');
  await rename(copy, image);
  await syncDirectory(directory);
}

/**
 * Puts the copy in the image's place, if it is not there, mounts it, and settles what the snapshot met in the middle of
 * a write. Its marks are good: it is the same volume.
 */
export async function openCopy(brick: StoredBrick, store: Store): Promise<void> {
  await swapImages(brick, store);
  await openBrick(brick, store);
  const { path, volume } = brick;
  await store.step('restore-settle');
  await cleanMarks(store.cleanBrick, { path, source: volume, clone: volume, absent: [] });
}

/** Mounts the brick, its file system as large as its record says, and sees that the brick is there. */
export async function openBrick(brick: StoredBrick, { step }: Store): Promise<void> {
  await mountLoopBrick(brick, step);
  await stat(brick.path);
}

/** By way of the trash, which lets go of what may still be attached. */
export async function discardSpare(brick: StoredBrick, { trash }: Store): Promise<void> {
  const { copies, kept } = pathsOf(brick);
  for (const spare of [copies, kept]) if (await exists(spare)) await trash.discard(brick.device, spare);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
