import { expect } from 'chai';
import { until } from '../pool/lab/until.ts';
import type { Cluster } from './cluster/cluster.ts';
import { BLOCK_DRIVER, DRIVER, NAMESPACE } from './install/chart-values.ts';
import { readMetrics } from './install/read-metrics.ts';
import { claim, NAMESPACE_OF_TESTS } from './objects/claim.ts';
import { mustExec } from './objects/exec.ts';
import { claimed, pod } from './objects/pod.ts';
import { podsOf } from './objects/roles.ts';
import { removeWithVolume } from './objects/volume.ts';
import { remove, untilReady } from './objects/wait.ts';
import { scenarioBesideOthers } from './scenario.ts';

const MIB = 1024 ** 2;
/** kubelet looks once a minute. */
const KUBELET_MS = 130_000;

describe('metrics', () => {
  scenarioBesideOthers("kubelet knows a volume's size and use", async ({ cluster }) => {
    await cluster.apply(claim({ name: 'measured', storage: '320Mi' }));
    await cluster.apply(pod({ name: 'measured', node: 'w2', mounts: { '/data': claimed('measured') } }));
    await untilReady(cluster, 'measured');
    const fill = ['dd', 'if=/dev/zero', 'of=/data/file', 'bs=1M', 'count=20', 'conv=fsync'];
    await mustExec(cluster, 'measured', fill);
    let usage: VolumeStats | undefined;
    await until(
      'kubelet has measured the volume',
      async () => {
        usage = await statsOf(cluster, 'w2', 'measured');
        return (usage?.usedBytes ?? 0) >= 20 * MIB;
      },
      { timeoutMs: KUBELET_MS, everyMs: 2000 },
    );
    expect(usage?.capacityBytes).to.be.within(320 * MIB, 400 * MIB);
    expect(usage?.inodes).to.be.above(0);
    const text = await cluster.mustKubectl(['get', '--raw=/api/v1/nodes/w2/proxy/metrics']);
    const line = text
      .split('\n')
      .find((one) => one.startsWith('kubelet_volume_stats_used_bytes') && one.includes('"measured"'));
    expect(Number(line?.split(' ').at(-1))).to.be.at.least(20 * MIB);
    await remove(cluster, ['pod/measured']);
    await removeWithVolume(cluster, 'measured');
    return `${Math.round((usage?.usedBytes ?? 0) / MIB)} of ${Math.round((usage?.capacityBytes ?? 0) / MIB)} MiB used`;
  });

  for (const role of ['controller', 'node', 'mounter'] as const) {
    scenarioBesideOthers(`every ${role} pod serves its metrics`, async ({ cluster }) => {
      const pods = await podsOf(cluster, role);
      expect(pods).to.have.lengthOf(2);
      for (const one of pods) {
        const text = await readMetrics(cluster, one);
        expect(text, one.name).to.include('process_resident_memory_bytes');
        if (role !== 'mounter') expect(text, one.name).to.include('gluster_csi_rpc_duration_seconds');
        else expect(text, one.name).to.include('gluster_csi_clients');
      }
      return undefined;
    });
  }

  scenarioBesideOthers('a NetworkPolicy and both CSIDrivers are there as rendered', async ({ cluster }) => {
    // Nothing enforces policies here: this cluster has no network plugin that does.
    const policies = await cluster.json<{ readonly items: readonly unknown[] }>([
      ...['get', 'networkpolicies', `--namespace=${NAMESPACE}`],
    ]);
    expect(policies.items).to.have.lengthOf(1);
    const { spec } = await cluster.json<{ readonly spec: object }>(['get', `csidriver/${DRIVER}`]);
    expect(spec).to.deep.include({ attachRequired: false, fsGroupPolicy: 'File', podInfoOnMount: true });
    const block = await cluster.json<{ readonly spec: object }>(['get', `csidriver/${BLOCK_DRIVER}`]);
    expect(block.spec).to.deep.include({
      attachRequired: true,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
    });
    return undefined;
  });
});

interface VolumeStats {
  readonly pvcRef?: { readonly name: string; readonly namespace: string };
  readonly usedBytes?: number;
  readonly capacityBytes?: number;
  readonly inodes?: number;
}

async function statsOf(cluster: Cluster, node: string, name: string): Promise<VolumeStats | undefined> {
  const text = await cluster.mustKubectl(['get', `--raw=/api/v1/nodes/${node}/proxy/stats/summary`]);
  const { pods } = JSON.parse(text) as {
    readonly pods: readonly { readonly volume?: readonly VolumeStats[] }[];
  };
  return pods
    .flatMap(({ volume = [] }) => volume)
    .find(({ pvcRef }) => pvcRef?.name === name && pvcRef.namespace === NAMESPACE_OF_TESTS);
}
