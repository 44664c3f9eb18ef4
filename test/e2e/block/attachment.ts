import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { BLOCK_DRIVER } from '../install/chart-values.ts';
import type { BoundBlockVolume } from '../objects/block-volume.ts';

/** What Kubernetes makes when a pod is to run on a node; it has the name of its PersistentVolume. */
export function attachmentByHand({ name }: BoundBlockVolume, nodeName: string): object {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name },
    spec: { attacher: BLOCK_DRIVER, nodeName, source: { persistentVolumeName: name } },
  };
}

/** Waits until the driver has refused the attachment by hand; resolves with its words. */
export async function untilRefused(cluster: Cluster, { name }: BoundBlockVolume): Promise<string> {
  let said = '';
  const path = '--output=jsonpath={.status.attachError.message}';
  await until(
    'the attachment is refused',
    async () => {
      said = (await cluster.kubectl(['get', `volumeattachment/${name}`, path])).stdout;
      return said !== '';
    },
    { timeoutMs: 60_000, everyMs: 250 },
  );
  return said;
}
