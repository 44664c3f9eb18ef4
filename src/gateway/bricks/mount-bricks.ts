import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Call } from '../../control/call.ts';
import { checkpoint } from '../../control/call.ts';
import { Semaphore } from '../../control/semaphore.ts';
import type { Freezer } from '../../host/freeze.ts';
import { detachLoop, findOrphanLoops } from '../../host/loop.ts';
import { readMounts } from '../../host/mountinfo.ts';
import { log } from '../../telemetry/log.ts';
import { MOUNT_POINT } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';
import { bringUp, isMade } from './bring-up.ts';
import { namesIn } from './device-paths.ts';
import { mountGroups } from './lvm/mount-groups.ts';
import { isClosed } from './restore-store.ts';
import type { StoreContext } from './store-context.ts';
import { ACCOUNT } from './store-context.ts';
import { findBricks, markedDevices } from './survey.ts';
import { makeDeviceDirectories } from './trash.ts';

interface Failed {
  readonly path: string;
  readonly reason: string;
}

const PARALLEL = 4;

/** See BrickStore.mountAll. */
export async function mountBricks(
  store: StoreContext,
  freezer: Freezer,
  call: Call,
): Promise<readonly Failed[]> {
  await thawMounted(store, freezer);
  const unmounted = await mountGroups(store);
  const devices = await markedDevices(store.roots);
  const failed = [
    unmounted,
    ...(await Promise.all(devices.map(({ path }) => mountDevice(store, path, call)))),
  ];
  // What stood still when the power of a virtual machine failed, or its mount went, is mounted as it stood.
  await thawMounted(store, freezer);
  for (const one of failed.flat()) log.error(one, 'brick not served');
  return failed.flat();
}

/** First of all: bricks of a gateway that died must not stand still, whatever else is wrong here. */
async function thawMounted(store: StoreContext, freezer: Freezer): Promise<void> {
  const mounted = (await readMounts()).filter(
    ({ target, fsType }) => fsType === 'xfs' && isMountPoint(target, store.roots),
  );
  if (mounted.length === 0) return;
  try {
    await freezer.thaw(mounted.map(({ target }) => target));
  } catch (error) {
    log.error(
      { err: error },
      'bricks may be frozen: run "fsfreeze --unfreeze" on each mount below the devices',
    );
  }
}

function isMountPoint(target: string, roots: readonly string[]): boolean {
  return target.endsWith(`/${MOUNT_POINT}`) && roots.some((root) => target.startsWith(`${root}/`));
}

async function mountDevice(store: StoreContext, device: string, call: Call): Promise<readonly Failed[]> {
  await makeDeviceDirectories(device);
  await sweepMaking(store, device);
  await Promise.all((await findOrphanLoops(device)).map(detachLoop));
  const { bricks, damaged } = await findBricks(device);
  const permits = new Semaphore(PARALLEL);
  const mounted = await Promise.all(
    bricks.map((brick) => permits.run(call.signal, () => mountOne(store, brick, call))),
  );
  const unread = damaged.map(({ directory, reason }) => ({ path: directory, reason }));
  // Last: a slow unlink must not keep bricks from being served.
  return [...mounted.filter((one) => one !== undefined), ...unread, ...(await store.trash.empty(device))];
}

/** What a crash left before its rename is no reservation; the store's own reservations are kept out meanwhile. */
function sweepMaking(store: StoreContext, device: string): Promise<void> {
  return store.serial.run(ACCOUNT, async () => {
    const making = join(device, 'making');
    for (const name of await namesIn(making)) await store.trash.discard(device, join(making, name));
  });
}

/** The record is read again in the volume's turn: a request may have removed the brick meanwhile. */
function mountOne(store: StoreContext, seen: StoredBrick, call: Call): Promise<Failed | undefined> {
  return store.serial.run(seen.volume, async () => {
    checkpoint(call);
    const brick = (await findBricks(seen.device, seen.volume)).bricks.find((one) => one.path === seen.path);
    if (brick === undefined) return undefined;
    if (isClosed(brick)) {
      // It stays so until its restore is completed or undone, which needs the other servers.
      log.info({ path: brick.path, restore: brick.restore }, 'brick of an unfinished restore left unmounted');
      return undefined;
    }
    try {
      const isHalfMade = brick.state === 'reserved' && !(await isMade(brick));
      if (!isHalfMade) await bringUp(store, brick);
      if (brick.state === 'used') await stat(brick.path);
      return undefined;
    } catch (error) {
      return { path: brick.path, reason: error instanceof Error ? error.message : String(error) };
    }
  });
}
