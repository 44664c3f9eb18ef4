import type { BlockClusters } from '../../volumes/block/block-clusters.ts';
import type { ClusterName, VolumeName } from '../../volumes/ids.ts';

/** What the block driver's controller works with. */
export interface BlockControllerContext {
  readonly clusters: BlockClusters;
  /** The driver's name: our mark on block volumes. */
  readonly owner: string;
  /** The CSI ids of nodes, by their names: as they were given last, since this process began. */
  readonly nodeIds: Map<string, string>;
}

/** The lock of a snapshot of a block volume, by its name. */
export function blockSnapshotKey({
  cluster,
  name,
}: {
  readonly cluster: ClusterName;
  readonly name: VolumeName;
}): string {
  return `block-snapshot/${cluster}/${name}`;
}

/** The lock of a block volume, for everything that changes it. Its name is its own in the cluster. */
export function blockKey({
  cluster,
  name,
}: {
  readonly cluster: ClusterName;
  readonly name: VolumeName;
}): string {
  return `block/${cluster}/${name}`;
}
