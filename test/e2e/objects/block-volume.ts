import { createHash } from 'node:crypto';
import { isFault } from '../../../src/control/fault.ts';
import { parseBlockHandle } from '../../../src/volumes/block/block-handle.ts';
import { BlockApi } from '../../pool/block/block-api.ts';
import { attachedLoops } from '../../pool/lab/loops.ts';
import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { BLOCK_DRIVER } from '../install/chart-values.ts';
import type { Installation } from '../install/installed.ts';
import { NAMESPACE_OF_TESTS } from './claim.ts';
import { remove, untilBound, waitFor } from './wait.ts';

/** What a bound claim of the block driver got. */
export interface BoundBlockVolume {
  /** The PersistentVolume. */
  readonly name: string;
  readonly handle: string;
  /** Its directory on the hosting volume. */
  readonly directory: string;
}

/** Waits until the claim is bound. Throws unless its volume is a block volume. */
export async function blockVolumeOf(
  cluster: Cluster,
  claimName: string,
  namespace = NAMESPACE_OF_TESTS,
): Promise<BoundBlockVolume> {
  const name = await untilBound(cluster, claimName, namespace);
  const path = '--output=jsonpath={.spec.csi.volumeHandle}';
  const handle = await cluster.mustKubectl(['get', `pv/${name}`, path]);
  const directory = parseBlockHandle(handle)?.name;
  if (directory === undefined) throw new Error(`${claimName} has no block volume: ${handle}`);
  return { name, handle, directory };
}

/** Where kubelet has the volume staged. */
export function stagingPathOf({ handle }: BoundBlockVolume): string {
  const hash = createHash('sha256').update(handle).digest('hex');
  return `/var/lib/kubelet/plugins/kubernetes.io/csi/${BLOCK_DRIVER}/${hash}/globalmount`;
}

/** Deletes the claim, and waits until nothing is left of its volume: in Kubernetes, on the servers, on the nodes. */
export async function removeWithBlockVolume(cluster: Cluster, claimName: string): Promise<void> {
  const volume = await blockVolumeOf(cluster, claimName);
  await remove(cluster, [`pvc/${claimName}`]);
  await waitFor(cluster, `pv/${volume.name}`, 'delete');
  await untilNoTrace(cluster, volume);
}

/** Waits until servers and nodes have nothing of the volume. */
export async function untilNoTrace(cluster: Cluster, volume: BoundBlockVolume): Promise<void> {
  let left: readonly string[] = [];
  const isGone = async () => {
    left = [...(await onServers(cluster, volume)), ...(await onNodes(cluster, volume))];
    return left.length === 0;
  };
  await until('no trace', isGone, { timeoutMs: 60_000, everyMs: 500 }).catch((cause: unknown) => {
    throw new Error(`${volume.directory} is deleted, and there is left: ${left.join(', ')}`, { cause });
  });
}

/** Waits until no node has any of it: mounts, Gluster clients, loop devices. */
export async function untilOffNodes(cluster: Cluster, volume: BoundBlockVolume): Promise<void> {
  let left: readonly string[] = [];
  const isGone = async () => {
    left = await onNodes(cluster, volume);
    return left.length === 0;
  };
  await until('off the nodes', isGone, { timeoutMs: 60_000, everyMs: 500 }).catch((cause: unknown) => {
    throw new Error(`nodes still have ${volume.directory}: ${left.join(', ')}`, { cause });
  });
}

/** Its directory, its metadata, and what is being deleted: whatever bears its name in a brick. */
async function onServers({ lab }: Cluster, { directory }: BoundBlockVolume): Promise<readonly string[]> {
  const found = await Promise.all(
    lab.servers.map(async ({ name, machine, devices }) => {
      const bricks = devices.map((device) => `${device}/bricks`);
      const out = await machine.exec([
        ...['find', ...bricks, '-name', '.glusterfs', '-prune', '-o', '-name', `*${directory}*`, '-print'],
      ]);
      return linesOf(out.stdout).map((path) => `${name}: ${path}`);
    }),
  );
  return found.flat();
}

async function onNodes({ nodes }: Cluster, volume: BoundBlockVolume): Promise<readonly string[]> {
  const words = [stagingPathOf(volume), volume.name, `--subdir-mount=/${volume.directory}`];
  const isOurs = (line: string) => words.some((word) => line.includes(word));
  const loops = (await attachedLoops()).map(({ device, file }) => `${device} over ${file}`).filter(isOurs);
  const found = await Promise.all(
    nodes.map(async (node) => {
      const mounts = await node.exec(['cat', '/proc/self/mountinfo']);
      const clients = await node.exec(['pgrep', '--list-full', '--exact', 'glusterfs']);
      return linesOf(mounts.stdout + clients.stdout)
        .filter(isOurs)
        .map((line) => `${node.name}: ${line}`);
    }),
  );
  return [...loops, ...found.flat()];
}

/**
 * Until no hosting volume is left. Each goes with the last block volume on it, unless a gateway that has just looked at
 * it is still one of its clients: then with the next request.
 */
export async function untilHostingVolumesGone({ cluster, gateways }: Installation): Promise<void> {
  const server = cluster.lab.server(1);
  const api = new BlockApi(await gateways.restClient(1));
  const areGone = async () => {
    if (!(await server.mustGluster(['volume', 'info'])).includes('block-hosting')) return true;
    await api.delete('none-of-this-name').catch((error: unknown) => {
      if (!isFault(error, 'not-found')) throw error;
    });
    return false;
  };
  await until('hosting volumes gone', areGone, { timeoutMs: 60_000, everyMs: 1000 });
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
