import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { askMount } from '../ask-mount.ts';
import { unmountAll } from '../unmount-all.ts';
import { type BlockContext, type BlockVolume, placesOf } from './block-volume.ts';
import { otherUses } from './content-mount.ts';
import { findStaged } from './find-staged.ts';
import { takeDown } from './take-down.ts';

/**
 * Unmounts the volume's file system once everything is written, takes its loop device away and unmounts its directory
 * of the hosting volume. Never staged there is success. Throws `wrong-state` while it is published here, `timed-out`
 * or `unreachable` when the storage does not answer: what was not written could still be written afterwards, so it is not let go.
 */
export async function unstageBlock(
  context: BlockContext,
  { volume, stagingPath }: { readonly volume: BlockVolume; readonly stagingPath: string },
  call: Call,
): Promise<void> {
  const { host } = context;
  const places = placesOf(stagingPath);
  const mounts = await host.mounts();
  // Whatever the configuration says by now: what was mounted has to go.
  const { client, content } = findStaged(mounts, volume, { stagingPath, clusters: [] });
  const [use] = content === undefined ? [] : otherUses(mounts, content, [places.volume, places.device]);
  const isDead = client !== undefined && (await askMount(host, client.target, call)) === 'dead';
  if (use !== undefined && !isDead) {
    throw new Fault(
      'wrong-state',
      `volume ${volume.id} is published at ${use.target}; unpublish it there first`,
    );
  }
  await takeDown(context, { volume, stagingPath }, call);
  if (await unmountAll(context, { volume, target: places.client }, call)) {
    await host.removeDirectory(places.client, call);
  }
}
