import { expect } from 'chai';
import { until } from '../pool/lab/until.ts';
import type { Cluster } from './cluster/cluster.ts';
import { CLASSES, CLUSTER_NAME } from './install/chart-values.ts';
import { FOREIGN_DIRECTORY, FOREIGN_VOLUME } from './install/existing-volumes.ts';
import { claim, staticVolume } from './objects/claim.ts';
import { exec, mustExec } from './objects/exec.ts';
import { claimed, pod } from './objects/pod.ts';
import { isOnServers, removeWithVolume, untilGone, volumeOf } from './objects/volume.ts';
import { remove, untilReady, waitFor } from './objects/wait.ts';
import { scenarioBesideOthers } from './scenario.ts';
import { expectUntouched } from './writer/expect-verdict.ts';
import { joinVerdicts } from './writer/verdict.ts';
import { WriterPod } from './writer/writer-pod.ts';

const MIB = 1024 ** 2;

describe('volumes', () => {
  scenarioBesideOthers('a claim, a pod that writes, online expansion, deletion', async (installation) => {
    const { cluster } = installation;
    await cluster.apply(claim({ name: 'life', storage: '320Mi' }));
    const writer = await WriterPod.start(installation, { name: 'life', node: 1 });
    expect(await bytesIn(cluster, 'life')).to.be.within(320 * MIB, 400 * MIB);
    await cluster.apply(claim({ name: 'life', storage: '600Mi' }));
    await waitFor(cluster, 'pvc/life', 'jsonpath={.status.capacity.storage}=600Mi');
    await until('the pod sees it', async () => (await bytesIn(cluster, 'life')) >= 600 * MIB, {
      everyMs: 500,
    });
    await writer.goesOn();
    const verdict = await writer.verdict();
    await writer.delete();
    await removeWithVolume(cluster, 'life');
    return expectUntouched(verdict);
  });

  scenarioBesideOthers('ReadWriteMany from two pods on two nodes', async (installation) => {
    const { cluster } = installation;
    await cluster.apply(claim({ name: 'shared' }));
    const [one, two] = await Promise.all(
      ([1, 2] as const).map((node) =>
        WriterPod.start(installation, { name: `shared-${node}`, claim: 'shared', node }),
      ),
    );
    if (one === undefined || two === undefined) throw new Error('two writers were started');
    await Promise.all([one.goesOn(), two.goesOn()]);
    // Each reads back what the other wrote.
    const verdict = joinVerdicts(await Promise.all([one.verdict(0, two), two.verdict(0, one)]));
    await Promise.all([one.delete(), two.delete()]);
    await removeWithVolume(cluster, 'shared');
    return expectUntouched(verdict);
  });

  scenarioBesideOthers('reclaim policy Retain, and then Delete', async (installation) => {
    const { cluster } = installation;
    await cluster.apply(claim({ name: 'retained', storageClass: CLASSES.retain }));
    const volume = await volumeOf(cluster, 'retained');
    const writer = await WriterPod.start(installation, { name: 'retained', node: 2 });
    const verdict = await writer.verdict();
    await writer.delete();
    await remove(cluster, ['pvc/retained']);
    await waitFor(cluster, `pv/${volume.name}`, 'jsonpath={.status.phase}=Released');
    expect(await isOnServers(cluster.lab, volume.glusterName)).to.equal(true);
    const policy = '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}';
    await cluster.mustKubectl(['patch', `pv/${volume.name}`, '--patch', policy]);
    await untilGone(cluster, volume);
    return expectUntouched(verdict);
  });

  scenarioBesideOthers('mountOptions of a StorageClass', async ({ cluster }) => {
    await cluster.apply(claim({ name: 'options', storageClass: CLASSES.options }));
    await cluster.apply(pod({ name: 'options', mounts: { '/data': claimed('options') } }));
    await untilReady(cluster, 'options');
    const mounts = await mustExec(cluster, 'options', ['cat', '/proc/mounts']);
    const line = mounts.split('\n').find((text) => text.includes(' /data '));
    expect(line).to.match(/^\S+ \/data fuse\.glusterfs \S*\bnoatime\b/);
    const { glusterName } = await volumeOf(cluster, 'options');
    const commands = await Promise.all(
      cluster.nodes.map((node) => node.exec(['pgrep', '-a', '-x', 'glusterfs'])),
    );
    const client = commands
      .flatMap(({ stdout }) => stdout.split('\n'))
      .find((text) => text.includes(glusterName));
    expect(client).to.match(/--attribute-timeout=2\b/);
    await remove(cluster, ['pod/options']);
    await removeWithVolume(cluster, 'options');
    return undefined;
  });

  scenarioBesideOthers(
    'static: a volume of gluster volume create, written and read-only',
    async (installation) => {
      const { cluster } = installation;
      const handle = `gl1:volume:${CLUSTER_NAME}:${FOREIGN_VOLUME}`;
      await applyStatic(cluster, 'foreign', handle);
      await applyStatic(cluster, 'foreign-read', handle, true);
      const writer = await WriterPod.start(installation, { name: 'foreign', node: 1 });
      await cluster.apply(
        pod({ name: 'foreign-read', node: 'w2', mounts: { '/data': claimed('foreign-read') } }),
      );
      await untilReady(cluster, 'foreign-read');
      const seen = await mustExec(cluster, 'foreign-read', ['ls', '/data']);
      expect(seen).to.include('foreign.000000.log');
      const refused = await exec(cluster, 'foreign-read', ['touch', '/data/x']);
      expect(refused.exitCode).to.not.equal(0);
      expect(refused.stderr).to.include('Read-only file system');
      const verdict = await writer.verdict();
      await remove(cluster, ['pod/foreign', 'pod/foreign-read']);
      await removeStatic(cluster, ['foreign', 'foreign-read']);
      expect(await isOnServers(cluster.lab, FOREIGN_VOLUME)).to.equal(true);
      return expectUntouched(verdict);
    },
  );

  scenarioBesideOthers(
    'static: a directory of a volume, from two pods on two nodes',
    async (installation) => {
      const { cluster } = installation;
      await applyStatic(
        cluster,
        'directory',
        `gl1:subvol:${CLUSTER_NAME}:${FOREIGN_VOLUME}/${FOREIGN_DIRECTORY}`,
      );
      const writer = await WriterPod.start(installation, { name: 'directory', node: 1 });
      const other = await WriterPod.start(installation, { name: 'directory-2', claim: 'directory', node: 2 });
      const files = await mustExec(cluster, 'directory', ['ls', '/data']);
      expect(files).to.not.include('projects');
      const verdict = joinVerdicts([await writer.verdict(0, other), await other.verdict(0, writer)]);
      await remove(cluster, ['pod/directory', 'pod/directory-2']);
      await removeStatic(cluster, ['directory']);
      return expectUntouched(verdict);
    },
  );
});

async function bytesIn(cluster: Cluster, podName: string): Promise<number> {
  const out = await mustExec(cluster, podName, ['df', '--output=size', '--block-size=1', '/data']);
  return Number(out.trim().split('\n').at(-1));
}

async function applyStatic(cluster: Cluster, name: string, handle: string, readOnly = false): Promise<void> {
  await cluster.apply(staticVolume({ name, handle, readOnly }));
  const accessModes = [readOnly ? 'ReadOnlyMany' : 'ReadWriteMany'] as const;
  await cluster.apply(claim({ name, storageClass: '', volume: name, accessModes }));
}

/** Deleting a static volume's objects leaves the volume alone. */
async function removeStatic(cluster: Cluster, names: readonly string[]): Promise<void> {
  await remove(
    cluster,
    names.map((name) => `pvc/${name}`),
  );
  await remove(
    cluster,
    names.map((name) => `pv/${name}`),
  );
}
