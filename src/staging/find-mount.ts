import type { Mount } from './host.ts';
import type { NodeCluster, NodeVolume } from './node-volume.ts';

/** The mount on top at the target. */
export function findMount(mounts: readonly Mount[], target: string): Mount | undefined {
  return mounts.findLast((mount) => mount.target === target);
}

/** The Gluster volume whose root is mounted, with the server it came from; undefined for all other mounts. */
export function sourceOf(mount: Mount): { readonly server: string; readonly volume: string } | undefined {
  if (mount.fsType !== 'fuse.glusterfs' || mount.root !== '/') return undefined;
  // The server may be an IPv6 address; a mounted sub-directory has a second slash and is no volume.
  const [, server, volume] = /^(.+):\/?([^/:]+)$/.exec(mount.source) ?? [];
  return server === undefined || volume === undefined ? undefined : { server, volume };
}

/**
 * True when this volume is mounted there. A server that no cluster has (any more) may be the volume's former one;
 * one that only other clusters have shows that it is another volume of the same name.
 */
export function carries(mount: Mount, volume: NodeVolume, clusters: readonly NodeCluster[]): boolean {
  const source = sourceOf(mount);
  if (source?.volume !== volume.name) return false;
  const owners = clusters.filter(({ servers }) => servers.includes(source.server));
  return owners.length === 0 || owners.some(({ name }) => name === volume.cluster);
}
