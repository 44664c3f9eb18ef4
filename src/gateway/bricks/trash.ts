import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rmdir, truncate, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../control/fault.ts';
import { syncDirectory } from '../../host/durable-file.ts';
import { detachLoop, findLoops } from '../../host/loop.ts';
import { readMounts, topMount } from '../../host/mountinfo.ts';
import { unmountPatiently } from '../../host/unmount.ts';
import { log } from '../../telemetry/log.ts';
import { IMAGE, MOUNT_POINT, RECORD, readDiscarded } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';
import { isAbsent } from './device-mark.ts';
import { namesIn } from './device-paths.ts';
import { isGroup, turnOf } from './lvm/names.ts';
import { releaseThinBrick } from './lvm/release-thin.ts';
import type { Serial } from './serial.ts';

/** How long a brick process may take to let go after its volume was stopped. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 100;

/** Takes bricks away. Once a directory is in the trash its name is free and nobody looks at its record. */
export interface Trash {
  /** Moves a directory of a device into its trash, detaches what is mounted in it; unlinking goes on behind. */
  discard(device: string, directory: string): Promise<void>;
  /** Goes on with what was left in the trash by earlier processes or failures. Resolves with what stays there. */
  empty(device: string): Promise<readonly { readonly path: string; readonly reason: string }[]>;
  /** The same, behind the calls. */
  emptyBehind(device: string): void;
  /** Resolves once all unlinking that was begun has ended. */
  settled(): Promise<void>;
}

export function createTrash(step: (name: string) => Promise<void>, serial: Serial): Trash {
  const unlinking = new Set<Promise<void>>();
  /** Directories in the trash that some call is at work on. */
  const inHand = new Set<string>();

  /** Work that no call waits for. */
  function goOn(work: Promise<unknown>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => log.error({ err: error }, 'trash not emptied; it is tried again'))
      .then(() => {
        unlinking.delete(tracked);
      });
    unlinking.add(tracked);
  }

  async function removeNow(grave: string): Promise<string | undefined> {
    inHand.add(grave);
    try {
      await letGo(grave, step, serial);
      await removeTree(grave);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      inHand.delete(grave);
    }
  }

  async function empty(device: string) {
    const failed: { path: string; reason: string }[] = [];
    for (const name of await namesIn(join(device, 'trash'))) {
      const path = join(device, 'trash', name);
      const reason = inHand.has(path) ? undefined : await removeNow(path);
      if (reason !== undefined) failed.push({ path, reason });
    }
    return failed;
  }

  return {
    async discard(device, directory) {
      const grave = join(device, 'trash', randomUUID());
      inHand.add(grave);
      try {
        await step('trash');
        await rename(directory, grave);
        await syncDirectory(dirname(directory));
        await step('detach');
        await letGo(grave, step, serial);
        await step('unlink');
      } catch (error) {
        inHand.delete(grave);
        throw error;
      }
      goOn(removeTree(grave).finally(() => inHand.delete(grave)));
    },
    empty,
    emptyBehind: (device) => goOn(empty(device)),
    async settled() {
      await Promise.allSettled(unlinking);
    },
  };
}

/** Unmounts and detaches a brick's image. An image that somebody still holds stays in the trash. */
async function detach(grave: string, step: (name: string) => Promise<void>): Promise<void> {
  const target = join(grave, MOUNT_POINT);
  const mounted = topMount(await readMounts(), target);
  const image = join(grave, IMAGE);
  if (mounted !== undefined) {
    await unmountPatiently(target, PATIENCE_MS);
    await step('detach-loop');
    if (await exists(image)) await detachLoop(mounted.source);
  }
  const loops = mounted === undefined && (await exists(image)) ? await findLoops(image) : [];
  await Promise.all(loops.map(detachLoop));
}

/** Of a thin brick the volume goes first: its record, by which it is found, stays until that is done. */
async function letGo(grave: string, step: (name: string) => Promise<void>, serial: Serial): Promise<void> {
  await detach(grave, step);
  const brick = await readThinBrick(grave);
  if (brick !== undefined) await serial.run(turnOf(brick.device), () => releaseThinBrick(brick, step));
}

/** Undefined for what is no thin brick: snapshots, images, and what a crash left without a record. */
async function readThinBrick(grave: string): Promise<StoredBrick | undefined> {
  if (!isGroup(dirname(dirname(grave))) || !(await exists(join(grave, RECORD)))) return undefined;
  const brick = await readDiscarded(grave);
  return brick.provisioner === 'lvm' ? brick : undefined;
}

/**
 * Removes a tree in the trash: follows no symbolic link, enters no other file system. An image that is
 * still attached to a loop device (a process holds its lazily detached file system) is kept.
 */
async function removeTree(grave: string): Promise<void> {
  const image = join(grave, IMAGE);
  if (await exists(image)) {
    const loops = await holdersOf(image);
    if (loops.length > 0) throw new Fault('busy', `${image} is still held by ${loops.join(', ')}`);
    // Frees the blocks now: after an unlink XFS does it later, and the space would seem taken.
    await truncate(image, 0);
  }
  // A bind of the same file system has the same device number: only mountinfo tells.
  const inside = (await readMounts()).find((mount) => mount.target.startsWith(`${grave}/`));
  if (inside !== undefined) throw new Fault('busy', `${inside.target} is a mount; unmount it`);
  await removeBelow(grave, (await lstat(grave)).dev);
}

/**
 * Loop devices that keep the image. A detached one stays until its last user closes it, and that may be any
 * losetup that lists the devices just now: only one that lasts is a holder.
 */
async function holdersOf(image: string): Promise<readonly string[]> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const loops = await findLoops(image);
    if (loops.length === 0 || performance.now() >= end) return loops;
    await sleep(RETRY_MS);
  }
}

async function removeBelow(path: string, device: number): Promise<void> {
  const stats = await lstat(path);
  if (stats.dev !== device) throw new Fault('busy', `${path} is a mount; unmount it`);
  if (!stats.isDirectory()) return unlink(path);
  for (const name of await readdir(path)) await removeBelow(join(path, name), device);
  await rmdir(path);
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** What a device is made of; `snapshots` may be absent on one that is older than they are. */
export const DEVICE_DIRECTORIES = ['making', 'bricks', 'snapshots', 'trash'] as const;

/** The directories of a device that bricks and snapshots pass through. */
export async function makeDeviceDirectories(device: string): Promise<void> {
  for (const name of DEVICE_DIRECTORIES) await mkdir(join(device, name), { mode: 0o700, recursive: true });
}
