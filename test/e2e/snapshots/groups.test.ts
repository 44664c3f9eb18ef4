import { expect } from 'chai';
import type { Cluster } from '../cluster/cluster.ts';
import { claim, NAMESPACE_OF_TESTS } from '../objects/claim.ts';
import { groupSnapshot, type ReadySnapshot, untilSnapshotReady } from '../objects/snapshot.ts';
import { removeWithVolume } from '../objects/volume.ts';
import { remove, untilBound, waitFor } from '../objects/wait.ts';
import { scenarioBesideOthers } from '../scenario.ts';
import { expectUntouched } from '../writer/expect-verdict.ts';
import { describeVerdict } from '../writer/verdict.ts';
import { WriterPod } from '../writer/writer-pod.ts';
import { expectMoment, lookInto } from './moment.ts';

const CLAIMS = ['pair-1', 'pair-2'];
const LABELS = { group: 'pair' };

describe('snapshots of groups', () => {
  scenarioBesideOthers(
    'snapshots: of two claims in one moment, while one writer goes from one to the other and back',
    async (installation) => {
      const { cluster } = installation;
      for (const name of CLAIMS) await cluster.apply(claim({ name, labels: LABELS }));
      const writer = await WriterPod.start(installation, {
        ...{ name: 'pair', node: 1 },
        ...{ claim: 'pair-1', secondClaim: 'pair-2' },
      });
      const { sequence: acknowledged } = await writer.acknowledged();
      await cluster.apply(groupSnapshot('pair', LABELS));
      await waitFor(cluster, 'volumegroupsnapshot/pair', 'jsonpath={.status.readyToUse}=true');
      const { sequence: until } = await writer.acknowledged();
      const members = await membersOf(cluster, 'pair');
      expect([...members.keys()].sort()).to.deep.equal(CLAIMS);
      await writer.goesOn(30);

      const restored: string[] = [];
      for (const [source, { name }] of [...members].sort()) {
        await cluster.apply(claim({ name: `${source}-again`, source: { kind: 'VolumeSnapshot', name } }));
        restored.push(`${source}-again`);
      }
      for (const name of restored) await untilBound(cluster, name);
      const moment = await lookInto(installation, {
        ...{ name: 'pair-again', claims: restored, node: 2 },
        ...{ writer, acknowledged },
      });
      await remove(cluster, ['volumegroupsnapshot/pair']);
      for (const { name } of members.values()) await waitFor(cluster, `volumesnapshot/${name}`, 'delete');
      const verdict = expectUntouched(await writer.verdict());
      await writer.delete();
      for (const name of [...CLAIMS, ...restored]) await removeWithVolume(cluster, name);
      return `${expectMoment(moment, until)} on both, of ${describeVerdict(verdict)}`;
    },
  );
});

interface Member {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly source: { readonly persistentVolumeClaimName?: string } };
  readonly status?: { readonly volumeGroupSnapshotName?: string };
}

/** The group's snapshots, by the names of the claims that they are of. */
async function membersOf(cluster: Cluster, group: string): Promise<ReadonlyMap<string, ReadySnapshot>> {
  const list = ['get', 'volumesnapshots', `--namespace=${NAMESPACE_OF_TESTS}`];
  const { items } = await cluster.json<{ readonly items: readonly Member[] }>(list);
  const ready = items
    .filter(({ status }) => status?.volumeGroupSnapshotName === group)
    .map(
      async ({ metadata, spec }) =>
        [
          spec.source.persistentVolumeClaimName ?? '',
          await untilSnapshotReady(cluster, metadata.name),
        ] as const,
    );
  return new Map(await Promise.all(ready));
}
