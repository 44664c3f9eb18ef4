import { expect } from 'chai';
import { until } from '../../pool/lab/until.ts';
import { NAMESPACE } from '../install/chart-values.ts';
import { untilRegistered, upgradeChart } from '../install/install-chart.ts';
import { metric, readMetrics } from '../install/read-metrics.ts';
import { untilEvent } from '../objects/events.ts';
import { podOn } from '../objects/roles.ts';
import { volumeOf } from '../objects/volume.ts';
import { remove } from '../objects/wait.ts';
import { scenario } from '../scenario.ts';
import { expectUntouched } from '../writer/expect-verdict.ts';
import { describeVerdict } from '../writer/verdict.ts';
import { clientsOf, untilRoleReady } from './processes.ts';
import { underWriters } from './under-writers.ts';

const tagOf = (image: string) => image.slice(image.lastIndexOf(':') + 1);

describe('upgrades, under writers', () => {
  scenario('the node DaemonSet rolled to a new image, the mounters left alone', {}, async (installation) => {
    const { cluster, newImage } = installation;
    const mounter = await podOn(cluster, 'mounter', 1);
    let told = '';
    const { all } = await underWriters(installation, async () => {
      await upgradeChart(cluster, tagOf(newImage));
      for (const workload of ['daemonset/gluster-csi-node', 'deployment/gluster-csi-controller'])
        await cluster.mustKubectl([
          ...['rollout', 'status', workload, `--namespace=${NAMESPACE}`, '--timeout=110s'],
        ]);
      for (const { name } of cluster.nodes) await untilRegistered(cluster, name);
      const { name } = cluster.node(1);
      told = await untilEvent(cluster, `Node/${name}`, /^GlusterClientsOld: .*delete the mounter/, 'default');
      expect(metric(await readMetrics(cluster, mounter), 'gluster_csi_old_clients')).to.be.above(0);
    });
    const path = '--output=jsonpath={.spec.containers[0].image}';
    const { name } = await podOn(cluster, 'node', 1);
    expect(await cluster.mustKubectl(['get', `pod/${name}`, `--namespace=${NAMESPACE}`, path])).to.equal(
      newImage,
    );
    expect((await podOn(cluster, 'mounter', 1)).uid).to.equal(mounter.uid);
    return `"${told}"; ${describeVerdict(expectUntouched(all))}`;
  });

  scenario('the mounter upgraded by live swap', {}, async (installation, times) => {
    const { cluster, image, newImage } = installation;
    const node = cluster.node(1);
    const { glusterName } = await volumeOf(cluster, 'faults').catch(() => ({ glusterName: undefined }));
    let told = '';
    const { all } = await underWriters(installation, async () => {
      const volume = glusterName ?? (await volumeOf(cluster, 'faults')).glusterName;
      for (let i = 0; i < times; i += 1) {
        // There and back, when it is repeated.
        await upgradeChart(cluster, tagOf(i % 2 === 0 ? newImage : image));
        const before = await clientsOf(node, volume);
        const { name, uid } = await podOn(cluster, 'mounter', 1);
        await remove(cluster, [`pod/${name}`], NAMESPACE);
        await untilRoleReady(cluster, 'mounter', 1, uid);
        const mounter = await podOn(cluster, 'mounter', 1);
        await until(
          'all clients of w1 are of the new image',
          async () => {
            const text = await readMetrics(cluster, mounter);
            const replaced = metric(
              text,
              'gluster_csi_client_replacements_total',
              'reason="old"',
              'outcome="ok"',
            );
            const old = metric(text, 'gluster_csi_old_clients');
            told = `${replaced} clients replaced, ${old} old`;
            return replaced > 0 && old === 0;
          },
          { timeoutMs: 60_000, everyMs: 250 },
        );
        const after = await clientsOf(node, volume);
        expect(
          after.some((pid) => !before.includes(pid)),
          'a new client',
        ).to.equal(true);
      }
    });
    return `${told}; ${describeVerdict(expectUntouched(all))}`;
  });
});
