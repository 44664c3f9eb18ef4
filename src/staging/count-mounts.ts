import type { Mount } from './host.ts';

/** Where kubelet has CSI drivers stage and publish, whatever its own directory is. The hash is of the volume. */
const STAGED = /\/plugins\/kubernetes\.io\/csi\/([^/]+)\/[^/]+\/globalmount$/;
const PUBLISHED = /\/pods\/[^/]+\/volumes\/kubernetes\.io~csi\/[^/]+\/mount$/;

/**
 * How many places kubelet has GlusterFS mounted at for the driver. A published path does not name its driver:
 * that of another one for GlusterFS counts too.
 */
export function countMounts(
  mounts: readonly Mount[],
  driverName: string,
): { readonly staged: number; readonly published: number } {
  const targets = [...new Set(mounts.filter(isGluster).map(({ target }) => target))];
  return {
    staged: targets.filter((target) => STAGED.exec(target)?.[1] === driverName).length,
    published: targets.filter((target) => PUBLISHED.test(target)).length,
  };
}

function isGluster({ fsType }: Mount): boolean {
  return fsType === 'fuse.glusterfs';
}
