import type { Mount } from '../staging/host.ts';

const KUBELETS = 'plugins/kubernetes.io/';
const CLIENT_MOUNT =
  /\/clients\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\/(?:mount|plugins\/kubernetes\.io\/.+)$/;

/**
 * Where in its own directory a client has its mount point. kubelet leaves a staging path alone for ever, and so never
 * has the volume unstaged, while the same file system is mounted anywhere else, save at paths that contain the
 * staging path from `plugins/kubernetes.io/` on (HasMountRefs in Kubernetes' pkg/volume/util): so this one does.
 */
export function clientMountPath(target: string | undefined): string {
  const at = target?.indexOf(KUBELETS) ?? -1;
  return target === undefined || at < 0 ? 'mount' : target.slice(at);
}

/**
 * True for the mount point of one of the mounter's clients: what is staged or published is bound from it. No volume
 * is used there, whatever machine or pod shows it.
 */
export function isClientMount({ fsType, root, target }: Mount): boolean {
  return fsType === 'fuse.glusterfs' && root === '/' && CLIENT_MOUNT.test(target);
}
