import { Fault } from '../../control/fault.ts';
import type { StoreContext } from './store-context.ts';
import { surveyDevices } from './survey.ts';

/** A promise that is about to be made. */
export interface Wanted {
  readonly device: string;
  readonly bytes: bigint;
}

/**
 * Throws `exhausted` unless all of it is free, with devices that share a file system taken together. The
 * caller holds the turn of ACCOUNT and writes the promises down before giving it up.
 */
export async function checkSpace(store: StoreContext, wanted: readonly Wanted[]): Promise<void> {
  if ((await findLacking(store, wanted)) === undefined) return;
  // Space of bricks that were just deleted may still be on its way back.
  await store.trash.settled();
  const lacking = await findLacking(store, wanted);
  if (lacking !== undefined) throw lacking;
}

async function findLacking(store: StoreContext, wanted: readonly Wanted[]): Promise<Fault | undefined> {
  const devices = await surveyDevices(store.roots);
  for (const { path, fileSystem, freeBytes } of devices) {
    const sharing = devices.filter((one) => one.fileSystem === fileSystem).map((one) => one.path);
    const needed = wanted
      .filter(({ device }) => sharing.includes(device))
      .reduce((sum, { bytes }) => sum + bytes, 0n);
    if (needed > freeBytes && wanted.some(({ device }) => device === path))
      return new Fault(
        'exhausted',
        `device ${path} has ${freeBytes} bytes free, ${needed} are needed; add a device or delete volumes`,
      );
  }
  return undefined;
}
