import { expect } from 'chai';
import type { Cluster } from '../cluster/cluster.ts';
import { claim } from '../objects/claim.ts';
import { exec, mustExec } from '../objects/exec.ts';
import { removeSnapshots, takeSnapshot } from '../objects/snapshot.ts';
import { removeWithVolume, volumeOf } from '../objects/volume.ts';
import { remove, untilBound, waitFor } from '../objects/wait.ts';
import { scenarioBesideOthers } from '../scenario.ts';
import { expectUntouched } from '../writer/expect-verdict.ts';
import { describeVerdict } from '../writer/verdict.ts';
import { WriterPod } from '../writer/writer-pod.ts';
import { expectMoment, type Look, lookInto, readMoment, startReader } from './moment.ts';

const MIB = 1024 ** 2;
const SNAPSHOT = 'VolumeSnapshot';

describe('snapshots', () => {
  scenarioBesideOthers(
    'snapshots: of a claim under a writer, restored to the same and to a larger size',
    async (installation) => {
      const { cluster } = installation;
      await cluster.apply(claim({ name: 'snap', storage: '64Mi' }));
      const writer = await WriterPod.start(installation, { name: 'snap', node: 1 });
      const { sequence: acknowledged } = await writer.acknowledged();
      const asked = Date.now();
      const snapshot = await takeSnapshot(cluster, { name: 'snap', claim: 'snap' });
      const told = Date.now();
      const { sequence: until } = await writer.acknowledged();
      expect(snapshot.restoreSize).to.equal('64Mi');
      // Kubernetes cuts the moment to whole seconds.
      expect(snapshot.createdAt).to.be.within(asked - 1000, told);
      expect(snapshot.handle).to.match(/^gl1:snap:main:/);
      await writer.goesOn(30);

      const source = { kind: SNAPSHOT, name: 'snap' } as const;
      await cluster.apply(claim({ name: 'snap-same', source }));
      await cluster.apply(claim({ name: 'snap-larger', source, storage: '400Mi' }));
      const look = (name: string, node: number): Look => ({
        ...{ name, claims: [name], node },
        ...{ writer, acknowledged },
      });
      const same = await lookInto(installation, look('snap-same', 2));
      await startReader(installation, look('snap-larger', 1));
      const larger = await readMoment(installation, look('snap-larger', 1));
      expect(await bytesIn(cluster, 'snap-larger')).to.be.at.least(400 * MIB);
      expect(larger.last, 'both are the same moment').to.equal(same.last);
      await mustExec(cluster, 'snap-larger', ['sh', '-c', 'echo written > /copy-0/new && sync']);

      await remove(cluster, ['pod/snap-larger']);
      await removeSnapshots(cluster, ['snap']);
      await removeWithVolume(cluster, 'snap-same');
      const verdict = expectUntouched(await writer.verdict());
      await writer.delete();
      await removeWithVolume(cluster, 'snap');
      // What came of a snapshot outlives it and its source.
      await startReader(installation, look('snap-larger', 2));
      expect(await readMoment(installation, look('snap-larger', 2))).to.deep.include(larger);
      expect((await mustExec(cluster, 'snap-larger', ['cat', '/copy-0/new'])).trim()).to.equal('written');
      await remove(cluster, ['pod/snap-larger']);
      await removeWithVolume(cluster, 'snap-larger');
      return `${expectMoment(same, until)} of ${describeVerdict(verdict)}`;
    },
  );

  scenarioBesideOthers(
    'snapshots: a claim cloned from a claim that is being written (PVC clone)',
    async (installation) => {
      const { cluster } = installation;
      await cluster.apply(claim({ name: 'original' }));
      const writer = await WriterPod.start(installation, { name: 'original', node: 2 });
      const { sequence: acknowledged } = await writer.acknowledged();
      const source = { kind: 'PersistentVolumeClaim', name: 'original' } as const;
      await cluster.apply(claim({ name: 'clone', source }));
      await untilBound(cluster, 'clone');
      const { sequence: until } = await writer.acknowledged();
      await writer.goesOn(30);
      const moment = await lookInto(installation, {
        ...{ name: 'clone', claims: ['clone'], node: 1 },
        ...{ writer, acknowledged },
      });
      const verdict = expectUntouched(await writer.verdict());
      await writer.delete();
      await removeWithVolume(cluster, 'original');
      await removeWithVolume(cluster, 'clone');
      return `${expectMoment(moment, until)} of ${describeVerdict(verdict)}`;
    },
  );

  scenarioBesideOthers(
    'snapshots: the source is deleted while its snapshot lives, and is restored',
    async (installation) => {
      const { cluster } = installation;
      await cluster.apply(claim({ name: 'mortal' }));
      const writer = await WriterPod.start(installation, { name: 'mortal', node: 1 });
      const { sequence: acknowledged } = await writer.acknowledged();
      await takeSnapshot(cluster, { name: 'mortal', claim: 'mortal' });
      const { sequence: until } = await writer.acknowledged();
      const verdict = expectUntouched(await writer.verdict());
      await writer.delete();
      await removeWithVolume(cluster, 'mortal');
      await cluster.apply(claim({ name: 'mortal', source: { kind: SNAPSHOT, name: 'mortal' } }));
      const moment = await lookInto(installation, {
        ...{ name: 'mortal-reader', claims: ['mortal'], node: 2 },
        ...{ writer, acknowledged },
      });
      await removeSnapshots(cluster, ['mortal']);
      await removeWithVolume(cluster, 'mortal');
      return `${expectMoment(moment, until)} of ${describeVerdict(verdict)}`;
    },
  );

  scenarioBesideOthers(
    'snapshots: read by claims and pods on two nodes (ReadOnlyMany), which outlive it and refuse writes',
    async (installation) => {
      const { cluster } = installation;
      await cluster.apply(claim({ name: 'shown' }));
      const writer = await WriterPod.start(installation, { name: 'shown', node: 1 });
      const { sequence: acknowledged } = await writer.acknowledged();
      await takeSnapshot(cluster, { name: 'shown', claim: 'shown' });
      const { sequence: until } = await writer.acknowledged();
      const source = { kind: SNAPSHOT, name: 'shown' } as const;
      for (const name of ['view', 'other-view'])
        await cluster.apply(claim({ name, source, accessModes: ['ReadOnlyMany'] }));
      const looks = ['view', 'view', 'other-view'].map((claimName, i) => ({
        ...{ name: `view-${i}`, claims: [claimName], node: (i % 2) + 1 },
        ...{ writer, acknowledged },
      }));
      await Promise.all(looks.map((look) => startReader(installation, look)));
      await removeSnapshots(cluster, ['shown']);
      const moments = await Promise.all(looks.map((look) => readMoment(installation, look)));
      for (const moment of moments) expect(moment).to.deep.equal(moments[0]);
      const volumes = await Promise.all(['view', 'other-view'].map((name) => volumeOf(cluster, name)));
      expect(volumes[0]?.glusterName, 'one copy for all readers').to.equal(volumes[1]?.glusterName);
      for (const { name } of looks) {
        const refused = await exec(cluster, name, ['touch', '/copy-0/x']);
        expect(refused.exitCode).to.not.equal(0);
        expect(refused.stderr).to.include('Read-only file system');
      }
      await remove(cluster, ['pod/view-0', 'pod/view-1', 'pvc/view']);
      for (const { name } of volumes.slice(0, 1)) await waitFor(cluster, `pv/${name}`, 'delete');
      const [, , other] = looks;
      if (other === undefined) throw new Error('three pods looked');
      expect(await readMoment(installation, other)).to.deep.equal(moments[0]);
      await remove(cluster, ['pod/view-2']);
      await removeWithVolume(cluster, 'other-view');
      const verdict = expectUntouched(await writer.verdict());
      await writer.delete();
      await removeWithVolume(cluster, 'shown');
      const [moment] = moments;
      if (moment === undefined) throw new Error('three pods looked');
      return `${expectMoment(moment, until)} of ${describeVerdict(verdict)}`;
    },
  );
});

async function bytesIn(cluster: Cluster, podName: string): Promise<number> {
  const out = await mustExec(cluster, podName, ['df', '--output=size', '--block-size=1', '/copy-0']);
  return Number(out.trim().split('\n').at(-1));
}
