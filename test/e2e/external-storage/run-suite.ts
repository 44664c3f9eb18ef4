import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../src/host/run.ts';
import { parseJunitReport, type Spec } from '../../sanity/junit-report.ts';
import { ensureKubernetes } from '../build/kubernetes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { CONTROL_PLANE } from '../cluster/network.ts';
import { DISK_DRIVER, FILE_DRIVER } from './driver.ts';

/** Specs of a part side by side: they mostly wait. */
const PROCESSES = 4;
const MINUTES = { usual: 20, full: 120 } as const;

/** Specs that take snapshots, or make a volume of one or of another volume. */
const OF_SNAPSHOTS = '\\] (?:snapshottable|volumegroupsnapshot|provisioning)';
/** Of which driver; what ginkgo is told to run of the suite, and how to know these specs in its report. */
const PARTS = {
  snapshots: {
    driver: FILE_DRIVER,
    flags: [`--focus=External.Storage.*${OF_SNAPSHOTS}`],
    isOf: isOfSnapshots,
  },
  others: {
    driver: FILE_DRIVER,
    flags: ['--focus=External.Storage', `--skip=${OF_SNAPSHOTS}`],
    isOf: (name: string) => !isOfSnapshots(name),
  },
  block: { driver: DISK_DRIVER, flags: ['--focus=External.Storage'], isOf: () => true },
} as const;

export type Part = keyof typeof PARTS;

/**
 * Runs a part of the suite against the cluster as an administrator's machine would; without `isFull` as Kubernetes' own CI does
 * for drivers: nothing slow, serial or disruptive. Resolves with every spec of the part, whatever became of it.
 */
export async function runSuite(
  cluster: Cluster,
  { part, isFull }: { readonly part: Part; readonly isFull: boolean },
): Promise<readonly Spec[]> {
  const { folder } = await ensureKubernetes();
  const { lab } = cluster;
  const { driver, flags, isOf } = PARTS[part];
  const definition = `${lab.folder}/external-storage-${part}.json`;
  const junit = `${lab.folder}/external-storage-${part}.xml`;
  const minutes = isFull ? MINUTES.full : MINUTES.usual;
  await writeFile(definition, JSON.stringify(driver));
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
      ...flags,
      ...(isFull ? [] : ['--skip=\\[Slow\\]|\\[Serial\\]|\\[Disruptive\\]']),
      join(folder, 'e2e-storage.test'),
      '--',
      `-storage.testdriver=${definition}`,
      `-kubeconfig=${cluster.kubeconfig}`,
      `-kubectl-path=${join(folder, 'kubectl')}`,
      '-provider=skeleton',
      '-node-os-distro=debian',
      `-num-nodes=${cluster.nodes.length}`,
      '-kubelet-root-dir=/var/lib/kubelet',
    ],
    { timeoutMs: (minutes + 2) * 60_000, env: { HOME: lab.folder } },
  );
  await writeFile(`${lab.folder}/external-storage-${part}.log`, stdout + stderr);
  const xml = await readFile(junit, 'utf8').catch(() => {
    throw new Error(`the suite wrote no report; it said:\n${(stdout + stderr).slice(-4000)}`);
  });
  // The program holds other suites of Kubernetes besides.
  return parseJunitReport(xml).filter(({ name }) => name.startsWith('External Storage') && isOf(name));
}

function isOfSnapshots(name: string): boolean {
  return new RegExp(OF_SNAPSHOTS).test(name);
}
