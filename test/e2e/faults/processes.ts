import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { KubernetesNode } from '../cluster/kubernetes-node.ts';
import { type PodRole, podOn } from '../objects/roles.ts';

/** How a role's own process, and not the init above it, shows in the list of processes. */
const commandOf = (role: PodRole) => `^(/usr/local/bin/)?node .*gluster-csi\\.mjs ${role} `;

/** The pids of a role's process as the node sees them. */
export async function pidsOf(node: KubernetesNode, role: PodRole): Promise<readonly number[]> {
  return toPids((await node.exec(['pgrep', '--full', commandOf(role)])).stdout);
}

/** SIGKILL to the role's process on a node. Resolves once another process is there and its pod is ready again. */
export async function killRole(cluster: Cluster, role: PodRole, worker: number): Promise<void> {
  const node = cluster.node(worker);
  const before = await pidsOf(node, role);
  if (before.length === 0) throw new Error(`${node.name} runs no ${role}`);
  await node.must(['kill', '-KILL', ...before.map(String)]);
  await until(
    `a new ${role} on ${node.name}`,
    async () => {
      const now = await pidsOf(node, role);
      return now.length > 0 && now.every((pid) => !before.includes(pid));
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
  await untilRoleReady(cluster, role, worker);
}

/** SIGKILL to both controllers at once. Throws unless it met two. */
export async function killControllers(cluster: Cluster): Promise<void> {
  const killed = await Promise.all(
    cluster.nodes.map(async (node) => {
      const pids = await pidsOf(node, 'controller');
      if (pids.length > 0) await node.must(['kill', '-KILL', ...pids.map(String)]);
      return pids;
    }),
  );
  const count = killed.flat().length;
  if (count !== 2) throw new Error(`${count} controllers were there to be killed, and not 2`);
}

/** Waits until the role's pod on the node is ready; when `not` is named, until another one is. */
export async function untilRoleReady(
  cluster: Cluster,
  role: PodRole,
  worker: number,
  not?: string,
): Promise<void> {
  await until(
    `the ${role} pod on w${worker} ready`,
    async () => {
      const found = await podOn(cluster, role, worker).catch(() => undefined);
      return found?.isReady === true && found.uid !== not;
    },
    { timeoutMs: 120_000, everyMs: 300 },
  );
}

/** The glusterfs clients of a volume on a node. */
export async function clientsOf(node: KubernetesNode, glusterName: string): Promise<readonly number[]> {
  const { stdout } = await node.exec(['pgrep', '--list-full', '--exact', 'glusterfs']);
  return toPids(
    stdout
      .split('\n')
      .filter((line) => line.split(' ').some((word) => word === `--volfile-id=/${glusterName}`))
      .join('\n'),
  );
}

function toPids(text: string): readonly number[] {
  return text
    .split('\n')
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid > 0);
}
