import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { OwnImage } from '../../../scripts/image/own-image.ts';
import { ensureHelm } from '../../../scripts/setup/helm.ts';
import { command } from '../../pool/lab/command.ts';
import type { Gateways } from '../../pool/lab/gateways.ts';
import { until } from '../../pool/lab/until.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { CONTROL_PLANE } from '../cluster/network.ts';
import { BLOCK_DRIVER, CA_CONFIG, chartValues, DRIVER, KEY_SECRET, NAMESPACE } from './chart-values.ts';

const CHART = fileURLToPath(new URL('../../../deploy/chart', import.meta.url));
const RELEASE = 'gluster-csi';
const HELM_MS = 300_000;

/**
 * What README.md tells an administrator to do: a namespace, the key and the authority of the gateways, `helm install`.
 * Resolves once all pods are ready and each node knows the driver; throws with what is the matter otherwise.
 */
export async function installChart(cluster: Cluster, gateways: Gateways, image: OwnImage): Promise<void> {
  const within = `--namespace=${NAMESPACE}`;
  const { driverKeyFile, authority } = gateways;
  await cluster.mustKubectl(['create', 'namespace', NAMESPACE]);
  await cluster.mustKubectl([
    ...['label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=privileged'],
  ]);
  await cluster.mustKubectl([
    ...['create', 'secret', 'generic', KEY_SECRET, within, `--from-file=driver.key=${driverKeyFile}`],
  ]);
  await cluster.mustKubectl([
    ...['create', 'configmap', CA_CONFIG, within, `--from-file=ca.crt=${authority.caFile}`],
  ]);
  const values = `${cluster.lab.folder}/values.json`;
  const servers = cluster.lab.servers.map(({ name }) => name);
  await writeFile(
    values,
    JSON.stringify(chartValues({ repository: image.repository, tag: image.tag, servers }), null, 2),
  );
  try {
    await helm(cluster, ['install', RELEASE, CHART, within, `--values=${values}`, '--wait', '--timeout=4m']);
    await untilInstalled(cluster);
  } catch (error) {
    throw new Error(`the chart does not get to run: ${String(error)}\n${await complaints(cluster)}`, {
      cause: error,
    });
  }
}

/** `helm upgrade` to another tag of the image; does not wait for anything. */
export async function upgradeChart(cluster: Cluster, tag: string): Promise<void> {
  const settings = ['--reset-then-reuse-values', `--set=image.tag=${tag}`];
  await helm(cluster, ['upgrade', RELEASE, CHART, `--namespace=${NAMESPACE}`, ...settings]);
}

/** helm as the administrator, in the network of the control plane; resolves with its stdout. */
async function helm(cluster: Cluster, args: readonly string[]): Promise<string> {
  const program = await ensureHelm();
  const home = `${cluster.lab.folder}/helm`;
  const { stdout } = await command(
    ['nsenter', `--net=${cluster.lab.networkOf(CONTROL_PLANE.name)}`, program, ...args],
    {
      timeoutMs: HELM_MS,
      env: {
        KUBECONFIG: cluster.kubeconfig,
        HOME: home,
        HELM_CACHE_HOME: `${home}/cache`,
        HELM_CONFIG_HOME: `${home}/config`,
        HELM_DATA_HOME: `${home}/data`,
      },
    },
  );
  return stdout;
}

/** helm does not wait for the mounters, whose DaemonSet says OnDelete. */
async function untilInstalled(cluster: Cluster): Promise<void> {
  const pods = ['wait', 'pod', '--all', '--for=condition=Ready', `--namespace=${NAMESPACE}`];
  await cluster.mustKubectl([...pods, '--timeout=120s'], { timeoutMs: 150_000 });
  await Promise.all(cluster.nodes.map(({ name }) => untilRegistered(cluster, name)));
}

/** Waits until the node's CSINode names both drivers. */
export async function untilRegistered(cluster: Cluster, node: string): Promise<void> {
  await until(
    `${node} knows the drivers`,
    async () => {
      const path = '--output=jsonpath={.spec.drivers[*].name}';
      const { stdout } = await cluster.kubectl(['get', `csinode/${node}`, path]);
      return [DRIVER, BLOCK_DRIVER].every((driver) => stdout.split(' ').includes(driver));
    },
    { timeoutMs: 60_000, everyMs: 250 },
  );
}

async function complaints(cluster: Cluster): Promise<string> {
  const within = `--namespace=${NAMESPACE}`;
  const logs = [
    'logs',
    within,
    '--selector=app.kubernetes.io/name=gluster-csi',
    '--all-containers',
    '--prefix',
  ];
  const told = await Promise.all([
    cluster.kubectl(['get', 'pods', within, '--output=wide']),
    cluster.kubectl(['get', 'events', within, '--field-selector=type!=Normal']),
    cluster.kubectl([...logs, '--tail=15', '--max-log-requests=20']),
  ]);
  return told.map(({ stdout, stderr }) => stdout + stderr).join('\n');
}
