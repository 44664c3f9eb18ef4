/**
 * Bricks that were made by size: this project's gateway makes `<device>/bricks/<volume>.<subvol>.<brick>/fs/brick`,
 * glusterd2 `<rundir>/bricks/<volume>/subvol<n>/brick<n>/brick`. Volumes made by hand have bricks of other names.
 */
const BY_GATEWAY = /\/bricks\/[^/]+\.\d+\.\d+\/fs\/brick$/;
const BY_GLUSTERD2 = /\/bricks\/[^/]+\/subvol\d+\/brick\d+\/brick$/;

/** True for a brick of a volume that was provisioned: it belongs to a PersistentVolumeClaim. */
export function isProvisionedBrick(path: string): boolean {
  return BY_GATEWAY.test(path) || BY_GLUSTERD2.test(path);
}
