import type { Cluster } from '../cluster/cluster.ts';
import { NAMESPACE_OF_TESTS } from '../objects/claim.ts';
import { mustExec } from '../objects/exec.ts';
import { WRITER_PROGRAMS } from '../writer/writer-pod.ts';
import { blockClaim } from './block-claim.ts';

/** A StatefulSet of one writer, which keeps on its volume how far it is. */
export function writerSet(name: string, image: string): object {
  const labels = { app: name };
  const container = {
    name: 'main',
    image,
    imagePullPolicy: 'Never',
    command: ['node', '/writer/writer.ts', '--name', name, '--state', '/data'],
    securityContext: { runAsUser: 0, runAsGroup: 0 },
    volumeMounts: [
      { name: 'data', mountPath: '/data' },
      { name: 'writer', mountPath: '/writer' },
    ],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: NAMESPACE_OF_TESTS },
    spec: {
      replicas: 1,
      serviceName: name,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 2,
          automountServiceAccountToken: false,
          containers: [container],
          volumes: [{ name: 'writer', ...WRITER_PROGRAMS.volume }],
        },
      },
      volumeClaimTemplates: [blockClaim({ name: 'data' })],
    },
  };
}

/** The claim of its only pod. */
export function claimOfSet(name: string): string {
  return `data-${name}-0`;
}

/** How many records its pod has been told to be durable. */
export async function acknowledgedIn(cluster: Cluster, name: string): Promise<number> {
  return Number((await mustExec(cluster, `${name}-0`, ['cat', '/data/acknowledged'])).split(' ')[0]);
}

/** How many of a writer's first records are not there whole, as a pod sees them. */
export async function lostIn(
  cluster: Cluster,
  pod: string,
  { name, acknowledged }: { readonly name: string; readonly acknowledged: number },
): Promise<number> {
  const check = ['node', '/writer/check.ts', '--name', name, '--acknowledged', String(acknowledged)];
  return (JSON.parse(await mustExec(cluster, pod, check)) as { readonly lost: number }).lost;
}
