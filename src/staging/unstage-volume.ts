import type { Call } from '../control/call.ts';
import type { NodeVolume, StagingContext } from './node-volume.ts';
import { unmountAll } from './unmount-all.ts';

/** Unmounts the volume from the staging path. Never staged there is success. The directory is the CO's. */
export async function unstageVolume(
  context: StagingContext,
  { volume, stagingPath }: { readonly volume: NodeVolume; readonly stagingPath: string },
  call: Call,
): Promise<void> {
  await unmountAll(context, { volume, target: stagingPath }, call);
}
