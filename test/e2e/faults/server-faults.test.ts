import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { untilWhole } from '../../pool/lab/trusted-pool.ts';
import { until } from '../../pool/lab/until.ts';
import { untilHealed } from '../../pool/lab/until-healed.ts';
import { CLUSTER_NAME, DRIVER } from '../install/chart-values.ts';
import type { Installation } from '../install/installed.ts';
import { claim, NAMESPACE_OF_TESTS } from '../objects/claim.ts';
import { untilEvent } from '../objects/events.ts';
import { removeWithVolume, volumeOf } from '../objects/volume.ts';
import { untilBound } from '../objects/wait.ts';
import { isFull } from '../options.ts';
import { scenario } from '../scenario.ts';
import { expectNothingLost, expectUntouched } from '../writer/expect-verdict.ts';
import { describeVerdict } from '../writer/verdict.ts';
import { WriterPod } from '../writer/writer-pod.ts';
import { underWriters } from './under-writers.ts';

/** A server is down for a minute with --full; here as long as the claim takes to say so. */
const DOWN_MS = isFull ? 60_000 : 15_000;

describe('faults of the storage servers, under writers', () => {
  scenario('one storage server down and back; a claim meanwhile says which', {}, async (installation) => {
    const { cluster, gateways } = installation;
    const { lab } = cluster;
    let said = '';
    const { all } = await underWriters(installation, async ({ one, two }) => {
      const cut = performance.now();
      await lab.server(2).powerCut();
      await cluster.apply(claim({ name: 'made-meanwhile' }));
      said = await untilEvent(cluster, 'PersistentVolumeClaim/made-meanwhile', /\bg2\b/);
      await sleep(Math.max(0, DOWN_MS - (performance.now() - cut)));
      await Promise.all([one.goesOn(), two.goesOn()]);
      await gateways.bootServer(2);
      for (const server of lab.servers) await untilWhole(server, lab.servers.length);
      await untilBound(cluster, 'made-meanwhile');
      const { glusterName } = await volumeOf(cluster, 'faults');
      await untilHealed(lab.server(1), glusterName, 3);
    });
    await removeWithVolume(cluster, 'made-meanwhile');
    return `down for ${DOWN_MS / 1000} s; "${said}"; ${describeVerdict(expectNothingLost(all))}`;
  });

  scenario('all gateways down: pods go on, a new claim waits and then binds', {}, async (installation) => {
    const { cluster, gateways } = installation;
    const { all } = await underWriters(installation, async ({ one }) => {
      await Promise.all(gateways.services.map((gateway) => gateway.kill()));
      await cluster.apply(claim({ name: 'waits' }));
      await untilEvent(cluster, 'PersistentVolumeClaim/waits', /ProvisioningFailed/);
      await one.goesOn();
      await Promise.all(gateways.services.map((gateway) => gateway.start()));
      await untilBound(cluster, 'waits');
    });
    await removeWithVolume(cluster, 'waits');
    return expectUntouched(all);
  });

  scenario('a pod force-deleted while its server is down', {}, async (installation) => {
    const { cluster, gateways } = installation;
    await cluster.apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'single' },
      provisioner: DRIVER,
      parameters: { cluster: CLUSTER_NAME, replica: '1' },
    });
    await cluster.apply(claim({ name: 'single', storageClass: 'single' }));
    const { glusterName } = await volumeOf(cluster, 'single');
    const writer = await WriterPod.start(installation, { name: 'single', node: 1 });
    const server = await serverOf(installation, glusterName);
    let seconds = 0;
    const { all } = await underWriters(installation, async () => {
      await cluster.lab.server(server).powerCut();
      const started = performance.now();
      await cluster.mustKubectl([
        ...[
          'delete',
          'pod/single',
          `--namespace=${NAMESPACE_OF_TESTS}`,
          '--force',
          '--grace-period=0',
          '--wait=false',
        ],
      ]);
      await untilUnmounted(writer);
      seconds = (performance.now() - started) / 1000;
      await gateways.bootServer(server);
      for (const one of cluster.lab.servers) await untilWhole(one, cluster.lab.servers.length);
    });
    await removeWithVolume(cluster, 'single');
    return `all mounts of it gone after ${seconds.toFixed(1)} s; ${describeVerdict(expectNothingLost(all))}`;
  });
});

/** The number of the server that has the volume's only brick. */
async function serverOf({ cluster }: Installation, glusterName: string): Promise<number> {
  const text = await cluster.lab.server(1).mustGluster(['volume', 'info', glusterName]);
  const number = Number(/^Brick1: g(\d+):/m.exec(text)?.[1]);
  expect(number).to.be.within(1, cluster.lab.servers.length);
  return number;
}

/** Waits until the node has neither a mount nor a folder of the pod any more. */
async function untilUnmounted(writer: WriterPod): Promise<void> {
  await until(
    `nothing of the pod ${writer.name} on ${writer.node.name}`,
    async () => {
      const mounts = await writer.node.must(['cat', '/proc/mounts']);
      if (mounts.includes(writer.uid)) return false;
      const { exitCode } = await writer.node.exec(['test', '-e', `/var/lib/kubelet/pods/${writer.uid}`]);
      return exitCode !== 0;
    },
    { timeoutMs: 180_000, everyMs: 500 },
  );
}
