import { setTimeout as sleep } from 'node:timers/promises';
import { CsiVolume, GIB } from '../pool/lab/csi-volume.ts';
import type { Deployment } from '../pool/lab/deployment.ts';
import type { Figure } from './figures.ts';
import { load } from './load.ts';
import { residentMegabytes } from './resident.ts';

const IN_FLIGHT = 16;
const SETTLE_MS = 3_000;
const LIMIT_MB = 100;
const GROWTH = 1.1;

type Role = 'controller' | 'node' | 'gateway';
const ROLES: readonly Role[] = ['controller', 'node', 'gateway'];
/** The issue sets a limit for these two. */
const LIMITED: readonly Role[] = ['controller', 'node'];

/**
 * Resident memory of each role idle, after 1,000 and after 10,000 calls. The controller's calls are reads and
 * repeated creates and go on to the gateway; the node's are stats and repeated publishes.
 */
export async function rssBench(deployment: Deployment): Promise<readonly Figure[]> {
  const idle = await measure(deployment);
  const volume = await CsiVolume.create(deployment, { name: 'rss', bytes: GIB });
  await volume.mount(1);
  await calls(deployment, volume, 1_000);
  const early = await measure(deployment);
  await calls(deployment, volume, 9_000);
  const late = await measure(deployment);
  await volume.unmount(1);
  await volume.delete();
  return ROLES.flatMap((role) => [
    memory(role, 'idle', idle[role]),
    memory(role, 'after 1,000 calls', early[role]),
    memory(role, 'after 10,000 calls', late[role]),
    {
      name: `memory of the ${role}: 10,000 / 1,000 calls`,
      value: late[role] / early[role],
      unit: 'ratio',
      target: GROWTH,
      better: 'lower',
      samples: [late[role] / early[role]],
    },
  ]);
}

function memory(role: Role, when: string, megabytes: number): Figure {
  return {
    name: `memory of the ${role}: ${when}`,
    value: megabytes,
    unit: 'MB',
    better: 'lower',
    samples: [megabytes],
    ...(LIMITED.includes(role) ? { target: LIMIT_MB } : {}),
  };
}

async function calls(deployment: Deployment, volume: CsiVolume, count: number): Promise<void> {
  const { controller } = deployment.controllerClient;
  const { node } = deployment.node(1);
  const path = { volumePath: volume.targetPath(1), stagingTargetPath: volume.stagingPath(1) };
  const ofController = [
    () => controller.ControllerGetVolume({ volumeId: volume.id }),
    () => controller.ListVolumes({ maxEntries: 10 }),
  ];
  const ofNode = [
    () => node.NodeGetVolumeStats({ volumeId: volume.id, ...path }),
    () => node.NodeGetCapabilities({}),
  ];
  await load(count, IN_FLIGHT, (number) => ofController[number % 2]?.() ?? Promise.resolve());
  await load(count, IN_FLIGHT, (number) => ofNode[number % 2]?.() ?? Promise.resolve());
}

async function measure(deployment: Deployment): Promise<Readonly<Record<Role, number>>> {
  await sleep(SETTLE_MS);
  const [node] = deployment.nodes;
  if (node === undefined) throw new Error('no node service is running');
  return {
    controller: residentMegabytes(deployment.controller.pid),
    node: residentMegabytes(node.pid),
    gateway: residentMegabytes(deployment.gateway(1).pid),
  };
}
