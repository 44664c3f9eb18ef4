import { expect } from 'chai';
import type { Cluster } from '../cluster/cluster.ts';
import { BLOCK_CLASSES } from '../install/chart-values.ts';
import { blockVolumeOf, removeWithBlockVolume, untilOffNodes } from '../objects/block-volume.ts';
import { mustExec } from '../objects/exec.ts';
import { removeSnapshots, takeSnapshot } from '../objects/snapshot.ts';
import { remove, untilBound } from '../objects/wait.ts';
import { scenarioBesideOthers } from '../scenario.ts';
import { expectMoment, type Look, lookInto, readMoment, startReader } from '../snapshots/moment.ts';
import { expectUntouched } from '../writer/expect-verdict.ts';
import { describeVerdict } from '../writer/verdict.ts';
import { WriterPod } from '../writer/writer-pod.ts';
import { blockClaim } from './block-claim.ts';

const MIB = 1024 ** 2;

describe('snapshots of block volumes', () => {
  scenarioBesideOthers(
    'block: a snapshot under a writer, restored to a larger claim on the other node',
    async (installation) => {
      const { cluster } = installation;
      const name = 'block-snap';
      const larger = `${name}-larger`;
      await cluster.apply(blockClaim({ name }));
      const writer = await WriterPod.start(installation, { name, node: 1 });
      await writer.goesOn(30);
      const { sequence: acknowledged } = await writer.acknowledged();
      const asked = Date.now();
      const snapshot = await takeSnapshot(cluster, {
        ...{ name, claim: name },
        snapshotClass: BLOCK_CLASSES.snapshot,
      });
      const told = Date.now();
      const { sequence: until } = await writer.acknowledged();
      expect(snapshot.restoreSize).to.equal('320Mi');
      // Kubernetes cuts the moment to whole seconds.
      expect(snapshot.createdAt).to.be.within(asked - 1000, told);
      expect(snapshot.handle).to.match(/^gl1:virtsnap:main:/);
      await writer.goesOn(30);

      const source = { kind: 'VolumeSnapshot', name } as const;
      await cluster.apply(blockClaim({ name: larger, source, storage: '640Mi' }));
      const look: Look = { name: larger, claims: [larger], node: 2, writer, acknowledged };
      await startReader(installation, look);
      const moment = await readMoment(installation, look);
      // The file system too, which was made for 320 MiB.
      expect(await bytesIn(cluster, larger)).to.be.within(500 * MIB, 640 * MIB);
      await mustExec(cluster, larger, ['sh', '-c', 'echo written >/copy-0/new && sync']);
      await remove(cluster, [`pod/${larger}`]);
      await untilOffNodes(cluster, await blockVolumeOf(cluster, larger));

      const verdict = expectUntouched(await writer.verdict());
      await writer.delete();
      await removeSnapshots(cluster, [name]);
      await removeWithBlockVolume(cluster, name);
      // What came of a snapshot outlives it and its source, and its disk is mounted where the source was.
      await startReader(installation, { ...look, node: 1 });
      expect(await readMoment(installation, look)).to.deep.equal(moment);
      expect(await mustExec(cluster, larger, ['cat', '/copy-0/new'])).to.equal('written\n');
      await remove(cluster, [`pod/${larger}`]);
      await removeWithBlockVolume(cluster, larger);
      return `${expectMoment(moment, until)} of ${describeVerdict(verdict)}`;
    },
  );

  scenarioBesideOthers('block: a claim cloned from one that is being written', async (installation) => {
    const { cluster } = installation;
    const name = 'block-original';
    const clone = 'block-clone';
    await cluster.apply(blockClaim({ name }));
    const writer = await WriterPod.start(installation, { name, node: 2 });
    await writer.goesOn(30);
    const { sequence: acknowledged } = await writer.acknowledged();
    await cluster.apply(blockClaim({ name: clone, source: { kind: 'PersistentVolumeClaim', name } }));
    await untilBound(cluster, clone);
    const { sequence: until } = await writer.acknowledged();
    await writer.goesOn(30);
    // On the writer's node: two disks with the file system of one id, mounted at the same time.
    const moment = await lookInto(installation, {
      ...{ name: clone, claims: [clone], node: 2 },
      ...{ writer, acknowledged },
    });
    const verdict = expectUntouched(await writer.verdict());
    await writer.delete();
    await removeWithBlockVolume(cluster, name);
    await removeWithBlockVolume(cluster, clone);
    return `${expectMoment(moment, until)} of ${describeVerdict(verdict)}`;
  });
});

async function bytesIn(cluster: Cluster, podName: string): Promise<number> {
  const out = await mustExec(cluster, podName, ['df', '--output=size', '--block-size=1', '/copy-0']);
  return Number(out.trim().split('\n').at(-1));
}
