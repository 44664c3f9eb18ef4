import type { CommandResult } from '../../../src/host/run.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { NAMESPACE_OF_TESTS } from './claim.ts';

/** Runs a command in the pod's first container, whatever it exits with. */
export function exec(
  cluster: Cluster,
  pod: string,
  argv: readonly string[],
  namespace = NAMESPACE_OF_TESTS,
): Promise<CommandResult> {
  return cluster.kubectl(['exec', pod, `--namespace=${namespace}`, '--', ...argv]);
}

/** Runs a command in the pod's first container. Throws unless it exits with 0; resolves with its stdout. */
export function mustExec(
  cluster: Cluster,
  pod: string,
  argv: readonly string[],
  namespace = NAMESPACE_OF_TESTS,
): Promise<string> {
  return cluster.mustKubectl(['exec', pod, `--namespace=${namespace}`, '--', ...argv]);
}
