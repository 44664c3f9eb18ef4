import { expect } from 'chai';
import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { killRole, untilRoleReady } from '../faults/processes.ts';
import { NAMESPACE } from '../install/chart-values.ts';
import { blockVolumeOf, removeWithBlockVolume, stagingPathOf } from '../objects/block-volume.ts';
import { NAMESPACE_OF_TESTS } from '../objects/claim.ts';
import { type PodRole, podOn } from '../objects/roles.ts';
import { remove, untilReady, waitFor } from '../objects/wait.ts';
import { scenario, scenarioBesideOthers } from '../scenario.ts';
import { expectNothingLost, expectUntouched } from '../writer/expect-verdict.ts';
import { errorsIn } from '../writer/verdict.ts';
import { WriterPod } from '../writer/writer-pod.ts';
import { blockClaim } from './block-claim.ts';
import { acknowledgedIn, claimOfSet, lostIn, writerSet } from './writer-set.ts';

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

describe('faults of block volumes', () => {
  scenarioBesideOthers('block: its client is killed, and the next pod has it all', async (installation) => {
    const { cluster } = installation;
    const name = 'block-client';
    await cluster.apply(blockClaim({ name }));
    const volume = await blockVolumeOf(cluster, name);
    const first = await WriterPod.start(installation, { name: `${name}-1`, claim: name, node: 2 });
    await first.node.must([
      'pkill',
      '-KILL',
      '--full',
      `^/?\\S*glusterfs .*--subdir-mount=/${volume.directory}`,
    ]);
    await until(
      'the writer has errors',
      async () => (await first.journal()).some(({ event }) => event === 'error'),
      { timeoutMs: 60_000, everyMs: 250 },
    );
    const { sequence: acknowledged } = await first.acknowledged();
    await first.delete();
    const next = await WriterPod.start(installation, { name: `${name}-2`, claim: name, node: 2 });
    expect(await lostIn(cluster, next.name, { name: first.name, acknowledged })).to.equal(0);
    const verdict = await next.verdict();
    await next.delete();
    await removeWithBlockVolume(cluster, name);
    return expectUntouched(verdict);
  });

  scenario('block: node and mounter killed and deleted under a writer', {}, async (installation) => {
    const { cluster } = installation;
    const name = 'block-roles';
    await cluster.apply(blockClaim({ name }));
    const writer = await WriterPod.start(installation, { name, node: 1 });
    for (const role of ['node', 'mounter'] as const) {
      await killRole(cluster, role, 1);
      await replacePod(cluster, role, 1);
      await writer.goesOn();
    }
    const verdict = await writer.verdict();
    await writer.delete();
    await removeWithBlockVolume(cluster, name);
    return expectUntouched(verdict);
  });

  scenario('block: a StatefulSet moves: its node is drained, its pod deleted', {}, async (installation) => {
    const { cluster, image } = installation;
    const name = 'block-set';
    await cluster.apply(writerSet(name, image));
    const drain = ['--ignore-daemonsets', `--pod-selector=app=${name}`, '--timeout=90s'];
    const ways = [
      (node: string) => cluster.mustKubectl(['drain', node, ...drain], { timeoutMs: 100_000 }),
      async (node: string) => {
        await cluster.mustKubectl(['cordon', node]);
        await cluster.mustKubectl(['delete', `pod/${name}-0`, `--namespace=${NAMESPACE_OF_TESTS}`]);
      },
    ];
    let acknowledged = 0;
    for (const move of ways) {
      acknowledged = await untilFurther(cluster, name, acknowledged + 20);
      const before = await nodeOf(cluster, `${name}-0`);
      try {
        await move(before);
        await untilReadyElsewhere(cluster, `${name}-0`, before);
      } finally {
        await cluster.mustKubectl(['uncordon', before]);
      }
      expect(await lostIn(cluster, `${name}-0`, { name, acknowledged })).to.equal(0);
      expect(await acknowledgedIn(cluster, name)).to.be.at.least(acknowledged);
    }
    acknowledged = await untilFurther(cluster, name, acknowledged + 20);
    expect(await lostIn(cluster, `${name}-0`, { name, acknowledged })).to.equal(0);
    await remove(cluster, [`statefulset/${name}`]);
    await waitFor(cluster, `pod/${name}-0`, 'delete');
    await removeWithBlockVolume(cluster, claimOfSet(name));
    return `${acknowledged} records written on two nodes, 0 lost`;
  });

  scenario(
    'block: a node falls silent and writes on: fenced before another has it',
    {},
    async (installation) => {
      const { cluster } = installation;
      const name = 'block-silent';
      await cluster.apply(blockClaim({ name }));
      const volume = await blockVolumeOf(cluster, name);
      const old = await WriterPod.start(installation, { name: `${name}-1`, claim: name, node: 1 });
      // Both nodes see the loop devices of one kernel. By its file's path the second would take the first's for one of
      // its own; of a device that an ended container has attached no path is shown.
      await replacePod(cluster, 'node', 1);
      const { next, acknowledged } = await whileSilent(cluster, async () => {
        await cluster.mustKubectl([
          ...['delete', `pod/${old.name}`, `--namespace=${NAMESPACE_OF_TESTS}`, '--wait=false'],
        ]);
        await old.goesOn();
        const other = await WriterPod.start(installation, { name: `${name}-2`, claim: name, node: 2 });
        // Its container runs, as far as anybody knows.
        const fenced = await old.acknowledged();
        expect((await old.journal()).filter(({ event }) => event === 'error')).to.not.be.empty;
        expect(fenced.at).to.be.below((await other.journal())[0]?.at ?? 0);
        await other.goesOn(50);
        expect(await old.acknowledged()).to.deep.equal(fenced);
        return { next: other, acknowledged: fenced.sequence };
      });
      expect(await lostIn(cluster, next.name, { name: old.name, acknowledged })).to.equal(0);
      await until(
        'the old node has nothing of it',
        async () => !(await old.node.must(['cat', '/proc/self/mountinfo'])).includes(stagingPathOf(volume)),
        { timeoutMs: 120_000, everyMs: 500 },
      );
      await next.goesOn();
      const verdict = await next.verdict();
      expect(await lostIn(cluster, next.name, { name: old.name, acknowledged })).to.equal(0);
      expect(errorsIn(verdict)).to.equal(0);
      await next.delete();
      await removeWithBlockVolume(cluster, name);
      return expectNothingLost(verdict);
    },
  );
});

/** Does something while worker 1's kubelet says nothing and the node counts as gone; its containers run. */
async function whileSilent<T>(cluster: Cluster, act: () => Promise<T>): Promise<T> {
  const node = cluster.node(1);
  const [kubelet] = await node.pidsOf('kubelet');
  await node.must(['kill', '-STOP', String(kubelet)]);
  try {
    await waitFor(cluster, `node/${node.name}`, 'condition=Ready=Unknown');
    await cluster.mustKubectl(['taint', 'node', node.name, `${OUT_OF_SERVICE}=nodeshutdown:NoSchedule`]);
    return await act();
  } finally {
    await node.must(['kill', '-CONT', String(kubelet)]);
    await waitFor(cluster, `node/${node.name}`, 'condition=Ready=True');
    await cluster.kubectl(['taint', 'node', node.name, `${OUT_OF_SERVICE}-`]);
  }
}

async function replacePod(cluster: Cluster, role: PodRole, worker: number): Promise<void> {
  const { name, uid } = await podOn(cluster, role, worker);
  await remove(cluster, [`pod/${name}`], NAMESPACE);
  await untilRoleReady(cluster, role, worker, uid);
}

async function untilFurther(cluster: Cluster, name: string, records: number): Promise<number> {
  let acknowledged = 0;
  await untilReady(cluster, `${name}-0`).catch(() => undefined);
  await until(
    `${records} records`,
    async () => {
      acknowledged = await acknowledgedIn(cluster, name).catch(() => 0);
      return acknowledged >= records;
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
  return acknowledged;
}

function nodeOf(cluster: Cluster, podName: string): Promise<string> {
  const path = '--output=jsonpath={.spec.nodeName}';
  return cluster.mustKubectl(['get', `pod/${podName}`, `--namespace=${NAMESPACE_OF_TESTS}`, path]);
}

async function untilReadyElsewhere(cluster: Cluster, podName: string, before: string): Promise<void> {
  await until(
    `${podName} has left ${before}`,
    async () => {
      const now = await nodeOf(cluster, podName).catch(() => '');
      return now !== '' && now !== before;
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
  await untilReady(cluster, podName);
}
