import type { Call } from '../control/call.ts';
import type { MountedVolume, StagingContext } from './node-volume.ts';
import { unmountAll } from './unmount-all.ts';

/**
 * Unmounts the volume from the target and removes the target's directory, which publishing made; never published
 * there is success. Throws `wrong-state` when the directory holds something: that was never the volume's.
 */
export async function unpublishVolume(
  context: StagingContext,
  { volume, target }: { readonly volume: MountedVolume; readonly target: string },
  call: Call,
): Promise<void> {
  const isFree = await unmountAll(context, { volume, target }, call);
  if (isFree) await context.host.removeDirectory(target, call);
}
