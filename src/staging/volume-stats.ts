import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { carries, findMount } from './find-mount.ts';
import type { FileSystemUsage } from './host.ts';
import type { MountedVolume, StagingContext } from './node-volume.ts';

/**
 * Bytes and inodes of the volume at the path where it is staged or published. Throws `not-found` when it is not
 * mounted there, `unreachable` when the mount has died or lost its servers, `timed-out` when it does not answer.
 */
export async function volumeStats(
  { host, clusters }: StagingContext,
  { volume, path }: { readonly volume: MountedVolume; readonly path: string },
  call: Call,
): Promise<FileSystemUsage> {
  const mount = findMount(await host.mounts(), path);
  if (mount !== undefined && carries(mount, volume, clusters)) return host.usage(path, call);
  throw new Fault('not-found', `volume ${volume.id} is not mounted at ${path}`);
}
