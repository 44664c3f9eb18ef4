import { mkdir, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../control/fault.ts';
import { syncDirectory } from '../../host/durable-file.ts';
import { attachLoop, detachLoop, findLoops, refreshLoop } from '../../host/loop.ts';
import { readMounts, topMount } from '../../host/mountinfo.ts';
import { createSparse, growXfs, makeXfs, mountXfs } from '../../host/xfs.ts';
import { brickDirectory, IMAGE, MOUNT_POINT } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';
import { cleanMarks } from './clean-marks.ts';
import { copyImage } from './copy-image.ts';
import { isAbsent } from './device-mark.ts';
import { allocationGroups, LOG_BYTES } from './image-size.ts';
import { snapshotDirectory } from './snapshot-record.ts';
import type { BrickOrigin } from './snapshot-store.ts';

type Step = (name: string) => Promise<void>;

const MIB = 1024n * 1024n;
/** The image until its file system is complete; the rename to IMAGE says that it is. */
const UNFINISHED = 'image.making';

/** Makes the image and mounts it, with an empty brick directory. Only for a brick that has never been used. */
export async function makeLoopBrick(brick: StoredBrick, step: Step, cleanBrick: string): Promise<void> {
  if (brick.origin !== undefined) return copyLoopBrick(brick, brick.origin, step, cleanBrick);
  const directory = brickDirectory(brick.device, brick);
  const image = join(directory, IMAGE);
  if ((await sizeOf(image)) === undefined) {
    const unfinished = join(directory, UNFINISHED);
    await rm(unfinished, { force: true });
    await step('image');
    await createSparse(unfinished, brick.accountBytes);
    await step('mkfs');
    const agCount = allocationGroups(brick.accountBytes);
    await makeXfs(unfinished, { allocationGroups: agCount, logBytes: LOG_BYTES });
    await step('image-done');
    await rename(unfinished, image);
    await attachAndMount(image, join(directory, MOUNT_POINT), step);
  } else await mountLoopBrick(brick, step);
  await step('brick-directory');
  await mkdir(brick.path, { recursive: true });
}

/** The same of a snapshot's image. Only for a brick that has never been used: what it says of its volume is removed. */
async function copyLoopBrick(brick: StoredBrick, origin: BrickOrigin, step: Step, cleanBrick: string) {
  const directory = brickDirectory(brick.device, brick);
  const image = join(directory, IMAGE);
  if ((await sizeOf(image)) === undefined) {
    const unfinished = join(directory, UNFINISHED);
    await rm(unfinished, { force: true });
    await step('image');
    await createSparse(unfinished, 0n);
    await step('copy');
    await copyImage(join(snapshotDirectory(brick.device, { ...brick, ...origin }), IMAGE), unfinished);
    await step('image-done');
    await rename(unfinished, image);
    await syncDirectory(directory);
  }
  await mkdir(join(directory, MOUNT_POINT), { recursive: true });
  await mountLoopBrick(brick, step);
  await step('clean');
  await cleanMarks(cleanBrick, {
    path: brick.path,
    source: origin.volume,
    clone: brick.volume,
    absent: origin.absent,
  });
}

/**
 * Brings a made brick to what its record says: image of that size, attached, mounted, file system grown.
 * Already so is success. Throws `wrong-state` when the image is missing.
 */
export async function mountLoopBrick(brick: StoredBrick, step: Step): Promise<void> {
  const directory = brickDirectory(brick.device, brick);
  const image = join(directory, IMAGE);
  const target = join(directory, MOUNT_POINT);
  const size = await sizeOf(image);
  if (size === undefined)
    throw new Fault('wrong-state', `${image} is missing; restore it, or let gluster heal a new brick`);
  if (size < brick.accountBytes) {
    await step('truncate');
    await truncate(image, Number(brick.accountBytes));
  }
  const mounted = topMount(await readMounts(), target);
  if (mounted === undefined) await remount(image, target, step);
  const grown = size < brick.accountBytes || (await isShort(target, brick.accountBytes));
  if (grown) await growMounted(mounted?.source, image, target, step);
}

async function growMounted(source: string | undefined, image: string, target: string, step: Step) {
  const devices = source === undefined ? await findLoops(image) : [source];
  await step('refresh-loop');
  await Promise.all(devices.map(refreshLoop));
  await step('growfs');
  await growXfs(target);
}

/** Attached by a process that died: the first such device serves, others are let go. */
async function remount(image: string, target: string, step: Step): Promise<void> {
  const [leaked, ...others] = await findLoops(image);
  await Promise.all(others.map(detachLoop));
  if (leaked === undefined) return attachAndMount(image, target, step);
  await step('refresh-loop');
  await refreshLoop(leaked);
  await step('mount');
  await mountAt(leaked, target);
}

async function attachAndMount(image: string, target: string, step: Step): Promise<void> {
  await mkdir(target, { recursive: true });
  await step('attach');
  const device = await attachLoop(image);
  try {
    await step('mount');
    await mountAt(device, target);
  } catch (error) {
    await detachLoop(device);
    throw error;
  }
}

/** The mount command of a process that was killed may still run, and be first: then it has done what was asked. */
async function mountAt(device: string, target: string): Promise<void> {
  try {
    await mountXfs(device, target);
  } catch (error) {
    if (topMount(await readMounts(), target)?.source !== device) throw error;
  }
}

/** Whether the mounted file system is smaller than its image or volume; XFS leaves a tail below 256 KiB unused. */
export async function isShort(target: string, imageBytes: bigint): Promise<boolean> {
  const { blocks, bsize } = await statfs(target, { bigint: true });
  return imageBytes - (blocks * bsize + LOG_BYTES) >= MIB;
}

async function sizeOf(image: string): Promise<bigint | undefined> {
  try {
    return (await stat(image, { bigint: true })).size;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
