import type { StoredDevice } from './brick-store.ts';

/**
 * How a device stands. `filling`: its file system is more than nine tenths full, as it is when bricks have been written
 * to the brim or snapshots have come to differ. `overcommitted`: what is left on it is less than bricks and snapshots
 * may still take, so that some of them will meet its end below their own size; only files that are not theirs, or a
 * file system that shrank, can bring that about.
 */
export type DeviceSpace = 'enough' | 'filling' | 'overcommitted';

/** Part of the file system, one in so many, below which it is `filling`. */
const LAST_PART = 10n;

type Account = Pick<StoredDevice, 'provisioner' | 'sizeBytes' | 'availableBytes' | 'owedBytes'>;

export function spaceOf(device: Account): DeviceSpace {
  if (device.availableBytes < device.owedBytes) return 'overcommitted';
  return isFilling(device, LAST_PART) ? 'filling' : 'enough';
}

/**
 * True when less than one of so many parts is left on the file system. A volume group never is: thin pools take all
 * that they may ever need when they are made.
 */
export function isFilling({ provisioner, sizeBytes, availableBytes }: Account, parts: bigint): boolean {
  return provisioner !== 'lvm' && availableBytes * parts < sizeBytes;
}

/** What an administrator has to know about a device that is short, and can do; for `enough` what snapshots hold. */
export function describeSpace(device: StoredDevice): string {
  const { availableBytes, owedBytes, snapshots, snapshotBytes } = device;
  const held = snapshots === 0 ? '' : `${snapshots} snapshots hold ${snapshotBytes} bytes`;
  const words = {
    enough: held,
    filling: join(`its file system has ${availableBytes} bytes left`, held),
    overcommitted: join(
      `its file system has ${availableBytes} bytes left and bricks and snapshots may still take ${owedBytes}; remove files that are not theirs, or enlarge it`,
      held,
    ),
  };
  return words[spaceOf(device)];
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}
