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
 * node had said before.
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
}
