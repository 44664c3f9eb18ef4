import type { Call } from '../control/call.ts';
import type { Capacity } from './backend.ts';
import { floorToMib, MAXIMUM_BYTES } from './capacity-range.ts';
import { type Clusters, chooseCluster } from './clusters.ts';
import type { ClassParameters } from './parameters.ts';

/**
 * What volumes of the class could have: in the cluster it names, else in all together. The largest single one
 * is in whole MiB, as volumes are.
 */
export async function getCapacity(
  clusters: Clusters,
  { cluster, volumeClass }: ClassParameters,
  call: Call,
): Promise<Capacity> {
  const backends =
    cluster === undefined ? [...clusters.values()] : [chooseCluster(clusters, cluster).backend];
  const all = await Promise.all(backends.map((backend) => backend.capacity(volumeClass, call)));
  const largest = all.reduce(
    (most, one) => (one.maximumVolumeBytes > most ? one.maximumVolumeBytes : most),
    0n,
  );
  return {
    availableBytes: all.reduce((sum, one) => sum + one.availableBytes, 0n),
    maximumVolumeBytes: floorToMib(largest < MAXIMUM_BYTES ? largest : MAXIMUM_BYTES),
  };
}
