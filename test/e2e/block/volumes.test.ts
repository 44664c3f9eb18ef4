import { expect } from 'chai';
import { mayGrowExt4 } from '../../pool/lab/may-grow-ext4.ts';
import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { BLOCK_CLASSES, BLOCK_DRIVER } from '../install/chart-values.ts';
import { blockVolumeOf, removeWithBlockVolume, untilOffNodes } from '../objects/block-volume.ts';
import { staticVolume } from '../objects/claim.ts';
import { untilEvent } from '../objects/events.ts';
import { exec, mustExec } from '../objects/exec.ts';
import { claimed, pod } from '../objects/pod.ts';
import { remove, untilReady, waitFor } from '../objects/wait.ts';
import { scenarioBesideOthers } from '../scenario.ts';
import { expectUntouched } from '../writer/expect-verdict.ts';
import { WriterPod } from '../writer/writer-pod.ts';
import { attachmentByHand, untilRefused } from './attachment.ts';
import { blockClaim } from './block-claim.ts';
import { lostIn } from './writer-set.ts';

const MIB = 1024 ** 2;
const ROOT = { runAsUser: 0, runAsGroup: 0 };
const DEVICE = '/dev/disk';

describe('block volumes', () => {
  for (const fsType of ['xfs', 'ext4'] as const) {
    scenarioBesideOthers(`block: ${fsType}, a pod that writes, expansion, deletion`, async (installation) => {
      const { cluster } = installation;
      const name = `block-${fsType}`;
      const storageClass = BLOCK_CLASSES[fsType];
      await cluster.apply(blockClaim({ name, storageClass }));
      const writer = await WriterPod.start(installation, { name, node: 1 });
      expect(await fsTypeIn(cluster, name)).to.equal(fsType);
      if (fsType === 'xfs' || mayGrowExt4()) {
        await cluster.apply(blockClaim({ name, storageClass, storage: '640Mi' }));
        await waitFor(cluster, `pvc/${name}`, 'jsonpath={.status.capacity.storage}=640Mi');
        expect(await bytesIn(cluster, name)).to.be.within(500 * MIB, 640 * MIB);
      }
      await writer.goesOn();
      const verdict = await writer.verdict();
      await writer.delete();
      await removeWithBlockVolume(cluster, name);
      return expectUntouched(verdict);
    });
  }

  scenarioBesideOthers('block: a raw device, expansion, read on another node', async (installation) => {
    const { cluster, image } = installation;
    const name = 'block-raw';
    const onNode = (node: string) =>
      pod({ name: `${name}-${node}`, node, image, mounts: {}, devices: { [DEVICE]: name }, security: ROOT });
    await cluster.apply(blockClaim({ name, volumeMode: 'Block' }));
    await cluster.apply(onNode('w1'));
    await untilReady(cluster, `${name}-w1`);
    const fill = ['dd', 'if=/dev/urandom', `of=${DEVICE}`, 'bs=1M', 'count=32', 'oflag=direct'];
    await mustExec(cluster, `${name}-w1`, fill);
    const sum = await sumIn(cluster, `${name}-w1`);
    await cluster.apply(blockClaim({ name, volumeMode: 'Block', storage: '640Mi' }));
    await until(
      'the device has grown under the pod',
      async () =>
        Number(await mustExec(cluster, `${name}-w1`, ['blockdev', '--getsize64', DEVICE])) === 640 * MIB,
      { timeoutMs: 60_000, everyMs: 500 },
    );
    await remove(cluster, [`pod/${name}-w1`]);
    await cluster.apply(onNode('w2'));
    await untilReady(cluster, `${name}-w2`);
    expect(await sumIn(cluster, `${name}-w2`)).to.equal(sum);
    await remove(cluster, [`pod/${name}-w2`]);
    await removeWithBlockVolume(cluster, name);
    return undefined;
  });

  scenarioBesideOthers(
    'block: a second node is refused in words, and gets it after',
    async (installation) => {
      const { cluster } = installation;
      const name = 'block-wanted';
      await cluster.apply(blockClaim({ name }));
      const first = await WriterPod.start(installation, { name: `${name}-1`, claim: name, node: 1 });
      const second = WriterPod.start(installation, { name: `${name}-2`, claim: name, node: 2 });
      second.catch(() => undefined);
      const told = await untilEvent(cluster, `Pod/${name}-2`, /Multi-Attach error/);
      expect(told).to.include('already used by');
      // Kubernetes has refused it by itself; the driver does when Kubernetes does not.
      const volume = await blockVolumeOf(cluster, name);
      await cluster.apply(attachmentByHand(volume, 'w2'));
      const refused = await untilRefused(cluster, volume);
      expect(refused).to.match(/\bw1\b/);
      await remove(cluster, [`volumeattachment/${volume.name}`]);
      await first.goesOn();
      const written = await first.acknowledged();
      await first.delete();
      const verdict = await (await second).verdict();
      const lost = await lostIn(cluster, `${name}-2`, {
        name: first.name,
        acknowledged: written.sequence,
      });
      expect(lost, 'records of the first that the second cannot read').to.equal(0);
      await (await second).delete();
      await removeWithBlockVolume(cluster, name);
      expectUntouched(verdict);
      return `"${told}"; "${refused}"`;
    },
  );

  scenarioBesideOthers('block: read on two nodes, after a pod with fsGroup wrote it', async ({ cluster }) => {
    const name = 'block-read';
    const many = `${name}-many`;
    await cluster.apply(blockClaim({ name }));
    await cluster.apply(pod({ name, mounts: { '/data': claimed(name) }, security: { fsGroup: 2000 } }));
    await untilReady(cluster, name);
    await mustExec(cluster, name, ['sh', '-c', 'echo all >/data/file && sync']);
    expect((await mustExec(cluster, name, ['stat', '-c', '%g', '/data'])).trim()).to.equal('2000');
    await remove(cluster, [`pod/${name}`]);
    const volume = await blockVolumeOf(cluster, name);
    await untilOffNodes(cluster, volume);
    const csi = { driver: BLOCK_DRIVER, readOnly: true, fsType: 'xfs' };
    await cluster.apply(staticVolume({ name: many, handle: volume.handle, readOnly: true, csi }));
    const readers = ['w1', 'w2'].map((node) => ({ name: `${name}-${node}`, node }));
    await cluster.apply(
      blockClaim({
        ...{ name: many, volume: many, storageClass: '', storage: '64Mi', accessModes: ['ReadOnlyMany'] },
      }),
    );
    for (const one of readers) await cluster.apply(pod({ ...one, mounts: { '/data': claimed(many) } }));
    for (const one of readers) {
      await untilReady(cluster, one.name);
      expect(await mustExec(cluster, one.name, ['cat', '/data/file'])).to.equal('all\n');
      const refused = await exec(cluster, one.name, ['touch', '/data/x']);
      expect(refused.stderr).to.include('Read-only file system');
    }
    await remove(
      cluster,
      readers.map((one) => `pod/${one.name}`),
    );
    await remove(cluster, [`pvc/${many}`]);
    await remove(cluster, [`pv/${many}`]);
    await removeWithBlockVolume(cluster, name);
    return undefined;
  });
});

async function fsTypeIn(cluster: Cluster, podName: string): Promise<string> {
  const mounts = await mustExec(cluster, podName, ['cat', '/proc/mounts']);
  return (
    mounts
      .split('\n')
      .find((line) => line.includes(' /data '))
      ?.split(' ')[2] ?? ''
  );
}

async function bytesIn(cluster: Cluster, podName: string): Promise<number> {
  const out = await mustExec(cluster, podName, ['df', '--output=size', '--block-size=1', '/data']);
  return Number(out.trim().split('\n').at(-1));
}

async function sumIn(cluster: Cluster, podName: string): Promise<string> {
  const read = `dd if=${DEVICE} bs=1M count=32 iflag=direct status=none | sha256sum`;
  return mustExec(cluster, podName, ['sh', '-c', read]);
}
