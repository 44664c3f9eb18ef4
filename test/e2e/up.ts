import { parseArgs } from 'node:util';
import { clusterPackages, ensureDebianPackages } from '../../scripts/setup/debian.ts';
import type { Gateways } from '../pool/lab/gateways.ts';
import { stateFolderOf } from '../pool/lab/state-folder.ts';
import { sweep } from '../pool/lab/sweep.ts';
import type { Cluster } from './cluster/cluster.ts';
import { CLASSES, NAMESPACE } from './install/chart-values.ts';
import { install } from './install/installed.ts';
import { timed } from './install/timed.ts';

/**
 * `npm run e2e:up`: three GlusterFS servers with gateways and a Kubernetes of two nodes with the chart installed, left
 * running.
 * `npm run e2e:down` (`up.ts --down`) takes them down.
 */
const NAME = 'e2e-up';
const { values: flags } = parseArgs({ options: { down: { type: 'boolean', default: false } } });

if (flags.down) await timed('everything down', () => sweep(stateFolderOf(NAME)));
else await up();

async function up(): Promise<void> {
  ensureDebianPackages(clusterPackages());
  const { cluster, gateways } = await install(NAME);
  try {
    await gateways.close();
    await cluster.keep();
    console.log(`\n${howToUse(cluster, gateways)}`);
  } catch (error) {
    await cluster.down();
    throw error;
  }
}

function howToUse(cluster: Cluster, gateways: Gateways): string {
  return [
    'it is up, and stays up:',
    `  alias k='${cluster.kubectlLine}'; k get nodes`,
    `  the driver:  k get pods --namespace ${NAMESPACE}; StorageClasses ${Object.values(CLASSES).join(' ')}`,
    ...cluster.lab.servers.map(({ machine }) => `  a shell on ${machine.name}:  ${machine.shellLine}`),
    ...cluster.nodes.map(({ machine }) => `  a shell on ${machine.name}:  ${machine.shellLine}`),
    `  gateways:  ${gateways.urls.join(' ')}`,
    `  their key and authority:  ${gateways.driverKeyFile} ${gateways.authority.caFile}`,
    `  logs:  ${cluster.lab.folder}`,
    '  take it down:  npm run e2e:down',
  ].join('\n');
}
