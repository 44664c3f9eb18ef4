import type { Cluster } from '../cluster/cluster.ts';
import { NAMESPACE_OF_TESTS } from './claim.ts';

const PATIENCE = '120s';

/** Waits until the pod is Ready. Throws with what Kubernetes says about it when it is not within two minutes. */
export async function untilReady(
  cluster: Cluster,
  name: string,
  namespace = NAMESPACE_OF_TESTS,
): Promise<void> {
  await waitFor(cluster, `pod/${name}`, 'condition=Ready', namespace);
}

/** Waits until the claim has its volume; resolves with the PersistentVolume's name. */
export async function untilBound(
  cluster: Cluster,
  name: string,
  namespace = NAMESPACE_OF_TESTS,
): Promise<string> {
  await waitFor(cluster, `pvc/${name}`, 'jsonpath={.status.phase}=Bound', namespace);
  const path = '--output=jsonpath={.spec.volumeName}';
  return cluster.mustKubectl(['get', `pvc/${name}`, `--namespace=${namespace}`, path]);
}

/** `kubectl wait`. Throws with `kubectl describe` when it waits for more than two minutes. */
export async function waitFor(
  cluster: Cluster,
  object: string,
  condition: string,
  namespace = NAMESPACE_OF_TESTS,
): Promise<void> {
  const within = `--namespace=${namespace}`;
  const args = ['wait', object, `--for=${condition}`, within, `--timeout=${PATIENCE}`];
  const { exitCode, stderr } = await cluster.kubectl(args, { timeoutMs: 150_000 });
  if (exitCode === 0) return;
  const { stdout } = await cluster.kubectl(['describe', object, within]);
  throw new Error(`${object} did not reach ${condition}: ${stderr}\n${stdout}`);
}

/** Deletes and waits until it is gone; gone already is success. Throws with `kubectl describe` after two minutes. */
export async function remove(
  cluster: Cluster,
  objects: readonly string[],
  namespace = NAMESPACE_OF_TESTS,
): Promise<void> {
  const within = `--namespace=${namespace}`;
  const args = ['delete', ...objects, within, '--ignore-not-found', `--timeout=${PATIENCE}`];
  const { exitCode, stderr } = await cluster.kubectl(args, { timeoutMs: 150_000 });
  if (exitCode === 0) return;
  const { stdout } = await cluster.kubectl(['describe', ...objects, within]);
  throw new Error(`${objects.join(' ')} cannot be deleted: ${stderr}\n${stdout}`);
}
