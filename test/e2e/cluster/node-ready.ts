import { until } from '../../pool/lab/until.ts';
import type { Kubectl } from './kubectl.ts';

interface NodeObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastHeartbeatTime: string;
    }[];
  };
}

interface PodList {
  readonly items: readonly { readonly metadata: { readonly uid: string } }[] | null;
}

const PATIENCE_MS = 120_000;

/** When the node last said that it is ready; undefined when it never did. */
export async function readHeartbeat(kubectl: Kubectl, node: string): Promise<string | undefined> {
  const { exitCode, stdout } = await kubectl.run(['get', 'node', node, '--output=json']);
  if (exitCode !== 0) return undefined;
  const conditions = (JSON.parse(stdout) as NodeObject).status?.conditions ?? [];
  return conditions.find(({ type, status }) => type === 'Ready' && status === 'True')?.lastHeartbeatTime;
}

/**
 * Waits until the node says anew that it is ready: for a while after a power cut the API server still has what the
 * node had said before. A kubelet that has just started says so before it knows its pods, and has neither exec nor
 * logs for them yet: it is waited for as well.
 */
export async function untilReady(kubectl: Kubectl, node: string, before?: string): Promise<void> {
  await until(
    `node ${node} ready`,
    async () => {
      const now = await readHeartbeat(kubectl, node);
      return now !== undefined && now !== before;
    },
    { timeoutMs: PATIENCE_MS, everyMs: 200 },
  );
  await until(`kubelet on ${node} knows its pods`, () => knowsItsPods(kubectl, node), {
    timeoutMs: PATIENCE_MS,
    everyMs: 200,
  });
}

async function knowsItsPods(kubectl: Kubectl, node: string): Promise<boolean> {
  const ofApi = [
    'get',
    'pods',
    '--all-namespaces',
    `--field-selector=spec.nodeName=${node}`,
    '--output=json',
  ];
  const [assigned, known] = await Promise.all([
    kubectl.run(ofApi),
    kubectl.run(['get', `--raw=/api/v1/nodes/${node}/proxy/pods`]),
  ]);
  if (assigned.exitCode !== 0 || known.exitCode !== 0) return false;
  const uids = new Set(uidsIn(known.stdout));
  return uidsIn(assigned.stdout).every((uid) => uids.has(uid));
}

function uidsIn(list: string): readonly string[] {
  const { items } = JSON.parse(list) as PodList;
  return (items ?? []).map(({ metadata }) => metadata.uid);
}
