import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { findMount } from '../find-mount.ts';
import { MOST_STACKED } from '../unmount-all.ts';
import type { LoopDevice } from './block-host.ts';
import { type BlockContext, type BlockVolume, placesOf } from './block-volume.ts';
import { findLoops } from './find-loops.ts';
import { toLoopMount } from './loop-mount.ts';

interface Place {
  readonly volume: BlockVolume;
  readonly stagingPath: string;
}

/**
 * Takes away what of the volume can be used below the staging path, and its loop devices; the client's mount stays.
 * Everything is written before; only when the client is dead, so that nothing can be written any more, mounts are
 * detached. Throws `timed-out` when the storage does not answer, `wrong-state` while something that is not seen from
 * here uses it.
 */
export async function takeDown(context: BlockContext, place: Place, call: Call): Promise<void> {
  const { host } = context;
  const { volume, device, client, disk } = placesOf(place.stagingPath);
  const isMounted = findMount(await host.mounts(), client) !== undefined;
  // Asked before: of a device whose node alone was bound nothing tells afterwards.
  const found = isMounted ? await findLoops(host, { client, disk }, call) : undefined;
  const isDead = found?.client === 'dead';
  const shown = await takeAway(context, { target: volume, disk, isDead }, call);
  const bound = await takeAway(context, { target: device, disk, isDead }, call);
  const loops = [...(found?.loops ?? []), ...shown, ...bound];
  for (const loop of new Map(loops.map((one) => [one.path, one])).values()) {
    checkpoint(call);
    if ((await host.detachLoop(loop, call)) || isDead) continue;
    throw new Fault(
      'wrong-state',
      `${loop.path} of volume ${place.volume.id} is still in use on this node; end the containers that use it`,
    );
  }
  await host.removeFile(device, call);
  await host.removeDirectory(volume, call);
}

/** The disk's devices that were mounted there, from the top. */
async function takeAway(
  { host }: BlockContext,
  { target, disk, isDead }: { readonly target: string; readonly disk: string; readonly isDead: boolean },
  call: Call,
): Promise<readonly LoopDevice[]> {
  const taken: LoopDevice[] = [];
  for (let n = 0; n < MOST_STACKED; n += 1) {
    checkpoint(call);
    const top = findMount(await host.mounts(), target);
    if (top === undefined) return taken;
    const mount = toLoopMount(top);
    if (mount === undefined) {
      throw new Fault(
        'wrong-state',
        `${target} is covered by ${top.source} (${top.fsType}); unmount that first`,
      );
    }
    // While it is mounted its path is no other's.
    const loop = await host.loopAt({ device: mount.loop, file: disk }, call);
    if (isDead || mount.fileSystem === undefined) await host.unmount(target, call);
    else await host.unmountWritten(target, call);
    if (loop !== undefined) taken.push(loop);
  }
  throw new Fault('uncertain', `mounts at ${target} do not go away; unmount them by hand`);
}
