import { Fault } from '../control/fault.ts';
import type { Host } from './host.ts';

/** A volume as a request names it. */
export interface NodeVolume {
  /** The whole handle, for texts. */
  readonly id: string;
  readonly cluster: string;
  /** The Gluster volume. */
  readonly name: string;
}

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
