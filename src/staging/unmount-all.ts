import { type Call, checkpoint } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { carries, findMount } from './find-mount.ts';
import type { MountedVolume, NodeCluster, StagingContext } from './node-volume.ts';

/** Mounts of one volume on top of each other that are taken away in one request. */
export const MOST_STACKED = 64;
/** Whatever the configuration says by now: what was mounted has to go. */
const ANY: readonly NodeCluster[] = [];

/**
 * Unmounts the volume from the target, dead or alive, as often as it is mounted there. Resolves true when nothing is
 * mounted there any more. Other mounts are left alone; throws `wrong-state` when one of them covers the volume's.
 */
export async function unmountAll(
  { host }: StagingContext,
  { volume, target }: { readonly volume: MountedVolume; readonly target: string },
  call: Call,
): Promise<boolean> {
  for (let n = 0; n < MOST_STACKED; n += 1) {
    checkpoint(call);
    const mounts = (await host.mounts()).filter((mount) => mount.target === target);
    const top = findMount(mounts, target);
    if (top === undefined) return true;
    if (!mounts.some((mount) => carries(mount, volume, ANY))) return false;
    if (!carries(top, volume, ANY)) {
      throw new Fault(
        'wrong-state',
        `${target} is covered by ${top.source} (${top.fsType}); unmount that first`,
      );
    }
    await host.unmount(target, call);
  }
  throw new Fault('uncertain', `mounts at ${target} do not go away; unmount them by hand`);
}
