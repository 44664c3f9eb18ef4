import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { snapshotControllerManifests, snapshotCrds } from '../build/snapshotter.ts';
import type { Cluster } from '../cluster/cluster.ts';

const EXAMPLE = fileURLToPath(
  new URL('../../../deploy/examples/snapshot-controller/kustomization.yaml', import.meta.url),
);

/**
 * Applies deploy/examples/snapshot-controller as an administrator does, with upstream's folders from Go's module of
 * that version in the place of GitHub. Resolves when the API server serves the CRDs.
 */
export async function installSnapshotController(cluster: Cluster): Promise<void> {
  const folder = `${cluster.lab.folder}/snapshot-controller`;
  mkdirSync(folder);
  cpSync(await snapshotCrds(), `${folder}/crd`, { recursive: true });
  cpSync(await snapshotControllerManifests(), `${folder}/controller`, { recursive: true });
  const local = readFileSync(EXAMPLE, 'utf8')
    .replace(/^ {2}- https:.*\/client\/config\/crd\?.*$/m, '  - crd')
    .replace(/^ {2}- https:.*\/deploy\/kubernetes\/snapshot-controller\?.*$/m, '  - controller');
  writeFileSync(`${folder}/kustomization.yaml`, local);
  await cluster.mustKubectl(['apply', '--kustomize', folder]);
  await cluster.mustKubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
}
