import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../src/host/run.ts';
import { parseJunitReport, type Spec } from '../../sanity/junit-report.ts';
import { ensureKubernetes } from '../build/kubernetes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { CONTROL_PLANE } from '../cluster/network.ts';
import { DRIVER_DEFINITION } from './driver.ts';

/** Specs side by side: they mostly wait. */
const PROCESSES = 6;
const MINUTES = { usual: 20, full: 120 } as const;

/**
 * Runs the suite against the cluster as an administrator's machine would; without `isFull` as Kubernetes' own CI does
 * for drivers: nothing slow, serial or disruptive. Resolves with every spec that there is, whatever became of it.
 */
export async function runSuite(
  cluster: Cluster,
  { isFull }: { readonly isFull: boolean },
): Promise<readonly Spec[]> {
  const { folder } = await ensureKubernetes();
  const { lab } = cluster;
  const driver = `${lab.folder}/external-storage.json`;
  const junit = `${lab.folder}/external-storage.xml`;
  const minutes = isFull ? MINUTES.full : MINUTES.usual;
  await writeFile(driver, JSON.stringify(DRIVER_DEFINITION));
  const { stdout, stderr } = await run(
    'nsenter',
    [
      `--net=${lab.networkOf(CONTROL_PLANE.name)}`,
      join(folder, 'ginkgo'),
      `--procs=${PROCESSES}`,
      '--no-color',
      '--succinct',
      `--timeout=${minutes}m`,
      `--junit-report=${junit}`,
      '--focus=External.Storage',
      ...(isFull ? [] : ['--skip=\\[Slow\\]|\\[Serial\\]|\\[Disruptive\\]']),
      join(folder, 'e2e-storage.test'),
      '--',
      `-storage.testdriver=${driver}`,
      `-kubeconfig=${cluster.kubeconfig}`,
      `-kubectl-path=${join(folder, 'kubectl')}`,
      '-provider=skeleton',
      '-node-os-distro=debian',
      `-num-nodes=${cluster.nodes.length}`,
      '-kubelet-root-dir=/var/lib/kubelet',
    ],
    { timeoutMs: (minutes + 2) * 60_000, env: { HOME: lab.folder } },
  );
  await writeFile(`${lab.folder}/external-storage.log`, stdout + stderr);
  const xml = await readFile(junit, 'utf8').catch(() => {
    throw new Error(`the suite wrote no report; it said:\n${(stdout + stderr).slice(-4000)}`);
  });
  // The program holds other suites of Kubernetes besides.
  return parseJunitReport(xml).filter(({ name }) => name.startsWith('External Storage'));
}
