import { expect } from 'chai';
import type { Cluster } from './cluster/cluster.ts';
import { CLASSES, CLUSTER_NAME, DRIVER } from './install/chart-values.ts';
import { claim, NAMESPACE_OF_TESTS } from './objects/claim.ts';
import { untilEvent } from './objects/events.ts';
import { remove } from './objects/wait.ts';
import { scenarioBesideOthers } from './scenario.ts';

/** What a user reads who has nothing but `kubectl describe pvc`. */
describe('words', () => {
  scenarioBesideOthers('describe: no such cluster, and which there are', async ({ cluster }) => {
    await storageClass(cluster, 'no-cluster', { cluster: 'mian' });
    const said = await describedAs(cluster, 'no-cluster', /mian/);
    expect(said).to.match(new RegExp(`\\b${CLUSTER_NAME}\\b`));
    return said;
  });

  scenarioBesideOthers(
    'describe: a parameter misspelt, and the nearest that there is',
    async ({ cluster }) => {
      await storageClass(cluster, 'misspelt', { cluster: CLUSTER_NAME, replicas: '3' });
      const said = await describedAs(cluster, 'misspelt', /replicas/);
      expect(said).to.match(/\breplica\b/);
      return said;
    },
  );

  scenarioBesideOthers('describe: no space, and how much there is', async ({ cluster }) => {
    const said = await describedAs(cluster, CLASSES.delete, /exhausted|space/i, '90Ti');
    expect(said).to.match(/the largest volume that fits has \d{9,} bytes/);
    return said;
  });
});

async function storageClass(cluster: Cluster, name: string, parameters: Readonly<Record<string, string>>) {
  await cluster.apply({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: DRIVER,
    parameters,
  });
}

/** Makes a claim of the class that cannot be had; resolves with what `kubectl describe` says of it. */
async function describedAs(
  cluster: Cluster,
  className: string,
  pattern: RegExp,
  storage = '64Mi',
): Promise<string> {
  const name = `cannot-${className}-${storage.toLowerCase()}`;
  await cluster.apply(claim({ name, storageClass: className, storage }));
  const said = await untilEvent(cluster, `PersistentVolumeClaim/${name}`, pattern);
  const described = await cluster.mustKubectl([
    'describe',
    `pvc/${name}`,
    `--namespace=${NAMESPACE_OF_TESTS}`,
  ]);
  const words = said.slice(said.indexOf(':') + 1).trim();
  expect(described.replaceAll(/\s+/g, ' ')).to.include(words.replaceAll(/\s+/g, ' '));
  expect(said).to.not.match(/internal error|stack|\bat \S+\.ts/i);
  await remove(cluster, [`pvc/${name}`]);
  return words;
}
