import type { Lab } from '../../pool/lab/lab.ts';
import { leftovers } from '../../pool/lab/leftovers.ts';
import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { NAMESPACE_OF_TESTS } from './claim.ts';
import { remove, untilBound, waitFor } from './wait.ts';

/** What a bound claim got. */
export interface BoundVolume {
  /** The PersistentVolume. */
  readonly name: string;
  /** Of the Gluster volume, which readers of a snapshot share. */
  readonly glusterName: string;
}

/** Waits until the claim is bound. */
export async function volumeOf(
  cluster: Cluster,
  claimName: string,
  namespace = NAMESPACE_OF_TESTS,
): Promise<BoundVolume> {
  const name = await untilBound(cluster, claimName, namespace);
  const path = '--output=jsonpath={.spec.csi.volumeHandle}';
  const handle = await cluster.mustKubectl(['get', `pv/${name}`, path]);
  return { name, glusterName: glusterNameOf(handle) };
}

/** What comes after the Gluster volume's name and a slash is a directory of it, or one of those who share it. */
export function glusterNameOf(handle: string): string {
  return handle.slice(handle.lastIndexOf(':') + 1).split('/')[0] ?? '';
}

/** Deletes a claim and waits until its volume is gone from Kubernetes and, with all that it had, from the servers. */
export async function removeWithVolume(
  cluster: Cluster,
  claimName: string,
  namespace = NAMESPACE_OF_TESTS,
): Promise<void> {
  const volume = await volumeOf(cluster, claimName, namespace);
  await remove(cluster, [`pvc/${claimName}`], namespace);
  await untilGone(cluster, volume);
}

/** Waits until the volumes are gone from Kubernetes and, with all that they had, from the servers. */
export async function untilGone(cluster: Cluster, ...volumes: readonly BoundVolume[]): Promise<void> {
  for (const { name } of volumes) await waitFor(cluster, `pv/${name}`, 'delete');
  const names = volumes.map(({ glusterName }) => glusterName);
  let left: readonly string[] = [];
  try {
    await until(
      'no trace',
      async () => {
        left = (await leftovers(cluster.lab)).filter((line) => names.some((name) => line.includes(name)));
        return left.length === 0;
      },
      { timeoutMs: 30_000, everyMs: 500 },
    );
  } catch {
    throw new Error(`${names.join(', ')} deleted, and there is left: ${left.join(', ')}`);
  }
}

/** Whether the servers have a volume of that name. */
export async function isOnServers(lab: Lab, glusterName: string): Promise<boolean> {
  const { exitCode } = await lab.server(1).gluster(['volume', 'info', glusterName]);
  return exitCode === 0;
}
