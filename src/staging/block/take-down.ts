import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { findMount } from '../find-mount.ts';
import type { Mount } from '../host.ts';
import type { LoopDevice } from './block-host.ts';
import { type BlockContext, type BlockVolume, placesOf } from './block-volume.ts';
import { findLoops } from './find-loops.ts';
import { toLoopMount } from './loop-mount.ts';
import { takeAway } from './take-away.ts';

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
  const loops = new Map<string, LoopDevice>(found?.loops.map((loop) => [loop.path, loop]));
  const note = async (mount: Mount) => {
    const loop = await host.loopAt({ device: toLoopMount(mount)?.loop ?? '', file: disk }, call);
    if (loop !== undefined) loops.set(loop.path, loop);
  };
  const binder = { host, toContent: toLoopMount };
  for (const target of [volume, device]) await takeAway(binder, { target, isDead, note }, call);
  for (const loop of loops.values()) {
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
