import type { Cluster } from '../cluster/cluster.ts';
import type { PodRole, RolePod } from '../objects/roles.ts';

/** The chart's default ports; those of pods on the node's own network listen on the node's loopback only. */
const PORTS: Readonly<Record<PodRole, number>> = { controller: 9809, node: 9810, mounter: 9811 };
const FETCH =
  'const r = await fetch(process.argv[1]); if (!r.ok) throw new Error(r.status); console.log(await r.text())';

/** What GET /metrics of a pod says to a Prometheus on its node. */
export async function readMetrics(cluster: Cluster, { role, node, ip }: RolePod): Promise<string> {
  const host = role === 'controller' ? ip : '127.0.0.1';
  const url = `http://${host}:${PORTS[role]}/metrics`;
  return cluster
    .node(cluster.nodes.indexOf(node) + 1)
    .must([process.execPath, '--input-type=module', '--eval', FETCH, url]);
}

/** The value of a metric without labels, or the sum over those with all of these; 0 when there is none. */
export function metric(text: string, name: string, ...labels: readonly string[]): number {
  return text
    .split('\n')
    .filter(
      (line) =>
        (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) &&
        labels.every((label) => line.includes(label)),
    )
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
