import type { Mount } from './host.ts';
import type { MountedVolume, NodeCluster, NodeVolume } from './node-volume.ts';

/** The mount on top at the target. */
export function findMount(mounts: readonly Mount[], target: string): Mount | undefined {
  return mounts.findLast((mount) => mount.target === target);
}

export interface MountSource {
  readonly server: string;
  readonly volume: string;
  /** What is mounted in place of the volume's root; undefined: the root. */
  readonly directory: string | undefined;
}

/**
 * The Gluster volume, or the directory that its client was told to mount, whose root is mounted; undefined for all
 * other mounts, such as a bind of something further down.
 */
export function sourceOf(mount: Mount): MountSource | undefined {
  if (mount.fsType !== 'fuse.glusterfs' || mount.root !== '/') return undefined;
  // The server may be an IPv6 address, and a directory's name may hold colons.
  const [, server, volume, directory] = /^([^/]+):\/?([^/:]+)(?:\/(.+))?$/.exec(mount.source) ?? [];
  return server === undefined || volume === undefined ? undefined : { server, volume, directory };
}

/**
 * True when this volume, or this directory of one, is mounted there. A server that no cluster has (any more) may be
 * the volume's former one; one that only other clusters have shows that it is another volume of the same name. An
 * inline volume may be any of Gluster's.
 */
export function carries(mount: Mount, volume: MountedVolume, clusters: readonly NodeCluster[]): boolean {
  const source = sourceOf(mount);
  if (source === undefined) return false;
  if ('isInline' in volume) return true;
  if (source.volume !== volume.name || !isDirectoryOf(source, volume)) return false;
  const owners = clusters.filter(({ servers }) => servers.includes(source.server));
  return owners.length === 0 || owners.some(({ name }) => name === volume.cluster);
}

function isDirectoryOf({ directory }: MountSource, volume: NodeVolume): boolean {
  if (directory === volume.directory) return true;
  return volume.hasDoors === true && directory?.startsWith(`${volume.directory}/`) === true;
}
