import { Fault } from '../control/fault.ts';
import type { GlusterMount, Host } from './host.ts';

/** A volume, or a directory of one, as a request names it. */
export interface NodeVolume {
  /** The whole handle, for texts. */
  readonly id: string;
  readonly cluster: string;
  /** The Gluster volume. */
  readonly name: string;
  /** The directory that stands for the volume's root; absent: the root itself. */
  readonly directory?: string;
  /** What is mounted may also be one of that directory's own, which stands for the same. */
  readonly hasDoors?: true;
  /** A read-only view of a snapshot, whose Gluster volume others have mounted too. */
  readonly isView?: true;
}

/** What a pod's own spec had mounted, by the id that kubelet made for it: only the mount table says what that is. */
export interface InlineVolume {
  readonly id: string;
  readonly isInline: true;
}

export type MountedVolume = NodeVolume | InlineVolume;

/** What the node knows of a cluster: whom to mount from. */
export interface NodeCluster {
  readonly name: string;
  readonly servers: readonly string[];
}

/** What the verbs work with. */
export interface StagingContext {
  readonly host: Host;
  readonly clusters: readonly NodeCluster[];
  /** Volumes staged here at most; 0: as many as there are. */
  readonly maxVolumes: number;
}

/** Throws `not-found`, naming the clusters that there are. */
export function getCluster(clusters: readonly NodeCluster[], volume: NodeVolume): NodeCluster {
  const cluster = clusters.find(({ name }) => name === volume.cluster);
  if (cluster !== undefined) return cluster;
  const known = clusters.map(({ name }) => name).join(', ');
  throw new Fault(
    'not-found',
    `volume ${volume.id} is of cluster ${volume.cluster}, which this node's configuration does not have; it has ${known}`,
  );
}

/** What the host is asked for to mount the volume. */
export function toGlusterMount(
  { name, directory }: NodeVolume,
  rest: Pick<GlusterMount, 'servers' | 'target' | 'options'>,
): GlusterMount {
  return { ...rest, volume: name, ...(directory === undefined ? {} : { subdirectory: directory }) };
}
