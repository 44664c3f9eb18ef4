import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { findMount } from '../find-mount.ts';
import { type BlockContext, type BlockVolume, placesOf } from './block-volume.ts';
import type { ContentMount } from './content-mount.ts';
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
  const isDead = isMounted && (await host.probe(client, call)) === 'dead';
  // Asked before: of a device whose node alone was bound nothing tells afterwards.
  const attached = isMounted ? (await host.loops(disk, call)).map(({ path }) => path) : [];
  const binder = { host, toContent: toLoopMount };
  const shown = await takeAway(binder, { target: volume, isDead }, call);
  const bound = await takeAway(binder, { target: device, isDead }, call);
  const seen = [...shown, ...bound].map(loopOf);
  for (const loop of new Set([...attached, ...seen])) {
    checkpoint(call);
    if ((await host.detachLoop(loop, call)) || isDead) continue;
    throw new Fault(
      'wrong-state',
      `${loop} of volume ${place.volume.id} is still in use on this node; end the containers that use it`,
    );
  }
  await host.removeFile(device, call);
  await host.removeDirectory(volume, call);
}

function loopOf({ source, root, fileSystem }: ContentMount): string {
  return fileSystem === undefined ? `/dev${root}` : source;
}
