import { expect } from 'chai';
import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { CLASSES, CLUSTER_NAME, DRIVER } from '../install/chart-values.ts';
import { FOREIGN_VOLUME } from '../install/existing-volumes.ts';
import { claim, NAMESPACE_OF_TESTS, staticVolume } from '../objects/claim.ts';
import { untilEvent } from '../objects/events.ts';
import { removeSnapshots, takeSnapshot, volumeSnapshot } from '../objects/snapshot.ts';
import { removeWithVolume } from '../objects/volume.ts';
import { remove, untilBound } from '../objects/wait.ts';
import { scenarioBesideOthers } from '../scenario.ts';

/** What a user reads who has nothing but `kubectl describe`. */
describe('words about snapshots', () => {
  scenarioBesideOthers(
    'snapshots: describe tells of a misspelt parameter of the class',
    async ({ cluster }) => {
      await cluster.apply({
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshotClass',
        metadata: { name: 'misspelt' },
        driver: DRIVER,
        deletionPolicy: 'Delete',
        parameters: { namePrefx: 'nightly-' },
      });
      await cluster.apply(claim({ name: 'misspelt-class' }));
      await untilBound(cluster, 'misspelt-class');
      await cluster.apply(
        volumeSnapshot({ name: 'misspelt', claim: 'misspelt-class', snapshotClass: 'misspelt' }),
      );
      const said = await untilDescribed(cluster, 'misspelt', /namePrefx/);
      expect(said).to.match(/parameters\.namePrefx.*\bnamePrefix\b/);
      await removeSnapshots(cluster, ['misspelt']);
      await remove(cluster, ['volumesnapshotclass/misspelt']);
      await removeWithVolume(cluster, 'misspelt-class');
      return said;
    },
  );

  scenarioBesideOthers(
    'snapshots: describe tells why there is none of a volume that the driver did not make',
    async ({ cluster }) => {
      const name = 'foreign-snapshot';
      const handle = `gl1:volume:${CLUSTER_NAME}:${FOREIGN_VOLUME}`;
      await cluster.apply(staticVolume({ name, handle }));
      await cluster.apply(claim({ name, storageClass: '', volume: name }));
      await untilBound(cluster, name);
      await cluster.apply(volumeSnapshot({ name, claim: name }));
      const said = await untilDescribed(cluster, name, /not made by/);
      expect(said).to.include(FOREIGN_VOLUME);
      await removeSnapshots(cluster, [name]);
      await remove(cluster, [`pvc/${name}`]);
      await remove(cluster, [`pv/${name}`]);
      return said;
    },
  );

  scenarioBesideOthers(
    'snapshots: describe tells why a claim of one cannot be served: another class’s replica count',
    async ({ cluster }) => {
      await cluster.apply({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'two-copies' },
        provisioner: DRIVER,
        parameters: { cluster: CLUSTER_NAME, replica: '2', allowSplitBrain: 'true' },
      });
      await cluster.apply(claim({ name: 'three-copies', storageClass: CLASSES.delete }));
      await untilBound(cluster, 'three-copies');
      await takeSnapshot(cluster, { name: 'three-copies', claim: 'three-copies' });
      const source = { kind: 'VolumeSnapshot', name: 'three-copies' } as const;
      await cluster.apply(claim({ name: 'two-copies', storageClass: 'two-copies', source }));
      const said = await untilEvent(cluster, 'PersistentVolumeClaim/two-copies', /replica/);
      expect(said).to.match(/\breplica\b.*\b3\b/);
      await remove(cluster, ['pvc/two-copies', 'storageclass/two-copies']);
      // external-provisioner 6.3 holds a snapshot whose claim has failed until another claim of it succeeds.
      await cluster.apply(claim({ name: 'as-before', storageClass: CLASSES.delete, source }));
      await untilBound(cluster, 'as-before');
      await removeWithVolume(cluster, 'as-before');
      await removeSnapshots(cluster, ['three-copies']);
      await removeWithVolume(cluster, 'three-copies');
      return said.slice(said.indexOf('desc = ') + 'desc = '.length);
    },
  );
});

/** Waits until `kubectl describe` of a VolumeSnapshot that cannot be had matches; resolves with the driver's words. */
async function untilDescribed(cluster: Cluster, name: string, pattern: RegExp): Promise<string> {
  let described = '';
  const describe = ['describe', `volumesnapshot/${name}`, `--namespace=${NAMESPACE_OF_TESTS}`];
  await until(
    `describe of volumesnapshot ${name} matches ${pattern}`,
    async () => {
      described = await cluster.mustKubectl(describe);
      return pattern.test(described);
    },
    { everyMs: 500 },
  );
  expect(described).to.not.match(/internal error|\bat \S+\.ts/i);
  return (/desc = (.*)"$/m.exec(described)?.[1] ?? described).replaceAll('\\"', '"');
}
