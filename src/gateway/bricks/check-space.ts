import { Fault } from '../../control/fault.ts';
import type { StoredDevice } from './brick-store.ts';
import { deviceName } from './device-name.ts';
import { describeSpace } from './device-space.ts';
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
  // Space of bricks that were just deleted may still be on its way back; what images take may be known too little.
  await store.trash.settled();
  store.meter.forget();
  const lacking = await findLacking(store, wanted);
  if (lacking !== undefined) throw lacking;
}

async function findLacking(store: StoreContext, wanted: readonly Wanted[]): Promise<Fault | undefined> {
  const devices = await surveyDevices(store);
  for (const device of devices) {
    const { path, fileSystem, freeBytes } = device;
    const sharing = devices.filter((one) => one.fileSystem === fileSystem).map((one) => one.path);
    const needed = wanted
      .filter((one) => sharing.includes(one.device))
      .reduce((sum, { bytes }) => sum + bytes, 0n);
    if (needed > freeBytes && wanted.some((one) => one.device === path)) return outOfSpace(device, needed);
  }
  return undefined;
}

function outOfSpace(device: StoredDevice, needed: bigint): Fault {
  const { freeBytes } = device;
  const space = describeSpace(device);
  const facts = `device ${deviceName(device)} has ${freeBytes} bytes free, ${needed} are needed${space === '' ? '' : `; ${space}`}`;
  const remedy = device.snapshots === 0 ? 'delete volumes' : 'delete volumes or snapshots';
  return new Fault('exhausted', `${facts}; add a device or ${remedy}`);
}
