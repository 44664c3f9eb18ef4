import { isFault } from '../../control/fault.ts';
import { releaseSpare } from '../../host/xfs.ts';
import { log } from '../../telemetry/log.ts';
import { marginBytes, readFileSystem } from './account.ts';
import type { StoredDevice } from './brick-store.ts';
import { isAbsent } from './device-mark.ts';

/**
 * Has file systems that get short give back what copy-on-write has set aside. A first write to a shared block takes a
 * whole megabyte, of which only that block may ever be used; XFS lets go of the rest after minutes, and when space
 * runs out, but not of that of a file that is being written. Were it left, a brick that shares blocks with a snapshot
 * could for a while take more than it is promised. `short`: some device is so still.
 */
export async function relieveDevices(
  devices: readonly StoredDevice[],
): Promise<'fine' | 'relieved' | 'short'> {
  const short = (await Promise.all(devices.map(isShort))).filter((device) => device !== undefined);
  for (const { path } of short) {
    try {
      await releaseSpare(path);
    } catch (error) {
      if (!isFault(error)) throw error;
      log.warn({ device: path, reason: error.message }, 'a device cannot be relieved');
    }
  }
  if (short.length === 0) return 'fine';
  return (await Promise.all(short.map(isShort))).some((device) => device !== undefined)
    ? 'short'
    : 'relieved';
}

/** With promises to the brim a margin is left; less means that something is taken that nobody was promised. */
async function isShort(device: StoredDevice): Promise<StoredDevice | undefined> {
  if (device.provisioner !== 'loop') return undefined;
  try {
    const { availableBytes, sizeBytes } = await readFileSystem(device.path);
    return availableBytes < device.owedBytes + (marginBytes(sizeBytes) * 3n) / 4n ? device : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
