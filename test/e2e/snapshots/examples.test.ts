import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { exec, mustExec } from '../objects/exec.ts';
import { claimed, pod } from '../objects/pod.ts';
import { type BoundVolume, untilGone, volumeOf } from '../objects/volume.ts';
import { remove, untilReady, waitFor } from '../objects/wait.ts';
import { scenarioBesideOthers } from '../scenario.ts';

const READY = 'jsonpath={.status.readyToUse}=true';

/** Each file as it is, in a namespace of its own: other tests use the same names in the default one. */
describe('deploy/examples of snapshots', () => {
  scenarioBesideOthers(
    'examples: snapshots (snapshot, restore, clone, snapshot-read-only)',
    async ({ cluster }) => {
      const space = await namespace(cluster, 'snapshot-examples');
      await applyExamples(cluster, space, ['pvc', 'pod']);
      await untilReady(cluster, 'writer', space);
      await until('something written', async () => (await log(cluster, 'writer', space)) !== '');
      const before = await log(cluster, 'writer', space);
      await applyExamples(cluster, space, ['snapshot']);
      await waitFor(cluster, 'volumesnapshot/monday', READY, space);
      await applyExamples(cluster, space, ['restore', 'clone', 'snapshot-read-only']);
      const looks = ['restored', 'copy'];
      for (const name of looks)
        await cluster.apply(pod({ name, namespace: space, mounts: { '/data': claimed(name) } }));
      for (const name of [...looks, 'monday']) {
        await untilReady(cluster, name, space);
        const lines = await log(cluster, name, space);
        expect(lines.startsWith(before), `${name} has what was written before the snapshot`).to.equal(true);
      }
      const refused = await exec(cluster, 'monday', ['touch', '/data/x'], space);
      expect(refused.stderr).to.include('Read-only file system');
      await removeSpace(cluster, space, ['shared', 'restored', 'copy', 'monday']);
      return undefined;
    },
  );

  scenarioBesideOthers('examples: snapshots of a group (group, group-snapshot)', async ({ cluster }) => {
    const space = await namespace(cluster, 'group-examples');
    await applyExamples(cluster, space, ['group']);
    await untilReady(cluster, 'shop', space);
    await applyExamples(cluster, space, ['group-snapshot']);
    await waitFor(cluster, 'volumegroupsnapshot/shop-monday', READY, space);
    // A group is ready before the objects of its members say so.
    await until(
      'the snapshot of each member is ready',
      async () => (await claimsWithReadySnapshot(cluster, space)) === 'shop-orders shop-payments',
      { everyMs: 500 },
    );
    await removeSpace(cluster, space, ['shop-orders', 'shop-payments']);
    return undefined;
  });
});

async function claimsWithReadySnapshot(cluster: Cluster, space: string): Promise<string> {
  const path =
    '--output=jsonpath={range .items[?(@.status.readyToUse==true)]}{.spec.source.persistentVolumeClaimName}{"\\n"}{end}';
  const claims = await cluster.mustKubectl(['get', 'volumesnapshots', `--namespace=${space}`, path]);
  return claims.trim().split('\n').sort().join(' ');
}

async function namespace(cluster: Cluster, name: string): Promise<string> {
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

async function applyExamples(cluster: Cluster, space: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const file = fileURLToPath(new URL(`../../../deploy/examples/${name}.yaml`, import.meta.url));
    await cluster.mustKubectl(['apply', `--namespace=${space}`, `--filename=${file}`]);
  }
}

function log(cluster: Cluster, podName: string, space: string): Promise<string> {
  return mustExec(cluster, podName, ['cat', '/data/log'], space);
}

/** Deletes pods, snapshots and claims, and waits until nothing of them is left on the servers. */
async function removeSpace(cluster: Cluster, space: string, claims: readonly string[]): Promise<void> {
  const volumes: BoundVolume[] = [];
  for (const claim of claims) volumes.push(await volumeOf(cluster, claim, space));
  const within = [`--namespace=${space}`, '--timeout=120s'];
  const all = ['--all', ...within];
  await cluster.mustKubectl(['delete', 'pods', ...all], { timeoutMs: 150_000 });
  await cluster.mustKubectl(['delete', 'volumegroupsnapshots', ...all], { timeoutMs: 150_000 });
  await cluster.mustKubectl(['delete', 'volumesnapshots', ...all], { timeoutMs: 150_000 });
  await remove(
    cluster,
    claims.map((claim) => `pvc/${claim}`),
    space,
  );
  await untilGone(cluster, ...volumes);
}
