import type { Mount } from '../staging/host.ts';

const CLIENT_MOUNT = /\/clients\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\/mount$/;

/**
 * True for the mount point of one of the mounter's clients: what is staged or published is bound from it. No volume
 * is used there, whatever machine or pod shows it.
 */
export function isClientMount({ fsType, root, target }: Mount): boolean {
  return fsType === 'fuse.glusterfs' && root === '/' && CLIENT_MOUNT.test(target);
}
