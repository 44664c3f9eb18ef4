import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOwnImage } from '../../../scripts/image/own-image.ts';
import { ensureHelm } from '../../../scripts/setup/helm.ts';
import { run } from '../../../src/host/run.ts';
import { VERSION } from '../../../src/version.ts';
import type { Lab } from '../../pool/lab/lab.ts';
import { IMAGES } from '../build/image-names.ts';
import { ensureImages } from '../build/images.ts';
import { Cluster } from '../cluster/cluster.ts';
import { CONTROL_PLANE } from '../cluster/network.ts';
import { makeWorkingCopy } from './working-copy.ts';

const BIN = fileURLToPath(new URL('bin', import.meta.url));
const SCRIPT_MS = 240_000;

/** Where README.md begins: an empty cluster, three storage servers with an empty disk each, and a clone. */
export interface Beginning extends AsyncDisposable {
  readonly cluster: Cluster;
  /** Runs commands one after the other as the reader, in the clone. Throws at the first that fails, with its words. */
  must(commands: readonly string[]): Promise<string>;
}

export async function bringUp(name: string): Promise<Beginning> {
  const [images, own, helm] = await Promise.all([ensureImages(), buildOwnImage(VERSION), ensureHelm()]);
  const needed = images.filter(({ name }) => !name.includes('agnhost'));
  const cluster = await Cluster.up({
    name,
    workers: 1,
    disksPerServer: 1,
    serverExtras: { layers: ['/etc', '/usr/lib'] },
    images: [...needed.map(({ archive }) => archive), own.archive],
  });
  try {
    const folder = `${cluster.lab.folder}/reader`;
    await Promise.all([makeWorkingCopy(folder), nameBusybox(cluster), clearDisks(cluster.lab)]);
    const environment = await makeEnvironment(cluster, helm);
    return {
      cluster,
      must: (commands) => must(commands, { cluster, folder, environment }),
      [Symbol.asyncDispose]: () => cluster.down(),
    };
  } catch (error) {
    await cluster.down();
    throw error;
  }
}

/** Makes the image of deploy/examples known by the name that they have for it. */
async function nameBusybox({ nodes }: Cluster): Promise<void> {
  const [ours] = IMAGES.busybox;
  for (const node of nodes)
    await node.must([
      'ctr',
      '--namespace',
      'k8s.io',
      'images',
      'tag',
      ours,
      'docker.io/library/busybox:1.37',
    ]);
}

/** The lab has made and mounted a file system on each disk; here the reader does. */
async function clearDisks(lab: Lab): Promise<void> {
  for (const { machine, devices, disks } of lab.servers) {
    const [mountPoint = ''] = devices;
    const [disk] = disks;
    await machine.must(['umount', mountPoint]);
    await machine.must(['rm', '--recursive', dirname(mountPoint)]);
    await machine.must(['wipefs', '--quiet', '--all', disk?.device ?? '']);
    await machine.must(['ln', '--symbolic', disk?.device ?? '', '/srv/sdb']);
  }
}

async function makeEnvironment(cluster: Cluster, helm: string): Promise<Readonly<Record<string, string>>> {
  const { lab, programs, kubeconfig } = cluster;
  const machines = `${lab.folder}/machines`;
  const home = `${lab.folder}/home`;
  await mkdir(machines);
  await mkdir(home);
  for (const { machine } of lab.servers) await writeFile(`${machines}/${machine.name}`, String(machine.init));
  const path = [BIN, dirname(helm), programs, '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return { PATH: path.join(':'), HOME: home, KUBECONFIG: kubeconfig, LAB_MACHINES: machines };
}

async function must(
  commands: readonly string[],
  where: {
    readonly cluster: Cluster;
    readonly folder: string;
    readonly environment: Readonly<Record<string, string>>;
  },
): Promise<string> {
  // The lab's machines have the devices of the real one.
  const device = commands.find((command) => /\/dev\/(?!null)/.test(command));
  if (device !== undefined) throw new Error(`no placeholder stands for the device in: ${device}`);
  const network = `--net=${where.cluster.lab.networkOf(CONTROL_PLANE.name)}`;
  const script = `${where.cluster.lab.folder}/commands.sh`;
  await writeFile(script, `cd ${where.folder}\n${commands.join('\n')}\n`);
  const { exitCode, stdout, stderr } = await run('nsenter', [network, 'sh', '-eux', script], {
    env: where.environment,
    timeoutMs: SCRIPT_MS,
  });
  if (exitCode === 0) return stdout;
  throw new Error(`a command of README.md ended with ${exitCode}:\n${`${stdout}\n${stderr}`.slice(-4000)}`);
}
