import type { Cluster } from '../cluster/cluster.ts';
import type { KubernetesNode } from '../cluster/kubernetes-node.ts';
import { NAMESPACE } from '../install/chart-values.ts';

export type PodRole = 'controller' | 'node' | 'mounter';

/** A pod of ours. */
export interface RolePod {
  readonly name: string;
  readonly role: PodRole;
  readonly node: KubernetesNode;
  readonly ip: string;
  readonly uid: string;
  readonly isReady: boolean;
}

interface PodObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** The selector of a role's pods. */
export function selectorOf(role: PodRole): string {
  return `--selector=app.kubernetes.io/name=gluster-csi,app.kubernetes.io/component=${role}`;
}

/** The pods of a role that are not being deleted, in order of their nodes. */
export async function podsOf(cluster: Cluster, role: PodRole): Promise<readonly RolePod[]> {
  const { items } = await cluster.json<{ readonly items: readonly PodObject[] }>([
    ...['get', 'pods', `--namespace=${NAMESPACE}`, selectorOf(role)],
  ]);
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ metadata, spec, status }) => {
      const node = cluster.nodes.find(({ name }) => name === spec.nodeName);
      if (node === undefined) return [];
      const ready = status.conditions?.find(({ type }) => type === 'Ready');
      return [{ ...metadata, role, node, ip: status.podIP ?? '', isReady: ready?.status === 'True' }];
    })
    .sort((a, b) => a.node.name.localeCompare(b.node.name));
}

/** The role's pod on worker 1, 2, … Throws when there is none. */
export async function podOn(cluster: Cluster, role: PodRole, worker: number): Promise<RolePod> {
  const node = cluster.node(worker);
  const found = (await podsOf(cluster, role)).find((one) => one.node === node);
  if (found === undefined) throw new Error(`there is no ${role} pod on ${node.name}`);
  return found;
}
