import { Fault } from '../../control/fault.ts';
import { carries, findMount } from '../find-mount.ts';
import type { Mount } from '../host.ts';
import type { NodeCluster } from '../node-volume.ts';
import type { BlockVolume } from './block-volume.ts';
import { placesOf } from './block-volume.ts';
import { isSameContent } from './content-mount.ts';
import { type LoopMount, toLoopMount } from './loop-mount.ts';

/** A volume as it is staged, or half staged, below a staging path. */
export interface Staged {
  /** Undefined: its directory is not mounted there. */
  readonly client: Mount | undefined;
  /** Undefined: nothing of it can be used. */
  readonly content: LoopMount | undefined;
}

const CLIENT = '/client';

/**
 * What the mount table has of the volume below the staging path. Throws `conflict` when another volume, or something
 * else, is mounted there.
 */
export function findStaged(
  mounts: readonly Mount[],
  volume: BlockVolume,
  { stagingPath, clusters }: { readonly stagingPath: string; readonly clusters: readonly NodeCluster[] },
): Staged {
  const places = placesOf(stagingPath);
  const client = findMount(mounts, places.client);
  const shown = findMount(mounts, places.volume) ?? findMount(mounts, places.device);
  const content = shown === undefined ? undefined : toLoopMount(shown);
  const foreign = [
    client !== undefined && !carries(client, volume, clusters) ? client : undefined,
    content === undefined ? shown : undefined,
  ].find((one) => one !== undefined);
  if (foreign === undefined) return { client, content };
  throw new Fault(
    'conflict',
    `${foreign.target} carries ${foreign.source} (${foreign.fsType}); unmount that first`,
  );
}

/** The staging paths of this node below which the volume's directory is mounted. */
export function stagingPathsOf(
  mounts: readonly Mount[],
  volume: BlockVolume,
  clusters: readonly NodeCluster[],
): readonly string[] {
  return mounts
    .filter((mount) => mount.target.endsWith(CLIENT) && carries(mount, volume, clusters))
    .map(({ target }) => target.slice(0, -CLIENT.length));
}

/**
 * The volume's content at the path where it is published, or of the path that is its staging path, and the staging
 * path that it comes from. Throws `not-found` when the path carries nothing of it.
 */
export function findByContent(
  mounts: readonly Mount[],
  volume: BlockVolume,
  { path, clusters }: { readonly path: string; readonly clusters: readonly NodeCluster[] },
): { readonly content: LoopMount; readonly stagingPath: string } {
  const stagingPaths = stagingPathsOf(mounts, volume, clusters);
  const contentOf = (stagingPath: string) => findStaged(mounts, volume, { stagingPath, clusters }).content;
  const own = stagingPaths.includes(path) ? contentOf(path) : undefined;
  if (own !== undefined) return { content: own, stagingPath: path };
  const top = findMount(mounts, path);
  const content = top === undefined ? undefined : toLoopMount(top);
  const stagingPath = stagingPaths.find((one) => {
    const staged = contentOf(one);
    return content !== undefined && staged !== undefined && isSameContent(staged, content);
  });
  if (content !== undefined && stagingPath !== undefined) return { content, stagingPath };
  throw new Fault('not-found', `volume ${volume.id} is not mounted at ${path}`);
}
