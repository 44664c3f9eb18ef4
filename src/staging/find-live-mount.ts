import { type Call, checkpoint } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { askMount } from './ask-mount.ts';
import { carries, findMount } from './find-mount.ts';
import type { Mount } from './host.ts';
import type { NodeVolume, StagingContext } from './node-volume.ts';
import { MOST_STACKED } from './unmount-all.ts';

/**
 * The volume's mount at the target when its client lives. Dead ones are taken away until there is a live one, or
 * none: undefined. Throws `conflict` when the target carries something else, `timed-out` and `unreachable` for a
 * mount that is slow and not dead.
 */
export async function findLiveMount(
  { host, clusters }: StagingContext,
  { volume, target }: { readonly volume: NodeVolume; readonly target: string },
  call: Call,
): Promise<Mount | undefined> {
  for (let n = 0; n < MOST_STACKED; n += 1) {
    checkpoint(call);
    const top = findMount(await host.mounts(), target);
    if (top === undefined) return undefined;
    if (!carries(top, volume, clusters)) {
      throw new Fault('conflict', `${target} carries ${top.source} (${top.fsType}); unmount that first`);
    }
    if ((await askMount(host, target, call)) === 'live') return top;
    await host.unmount(target, call);
  }
  throw new Fault('uncertain', `dead mounts at ${target} do not go away; unmount them by hand`);
}
