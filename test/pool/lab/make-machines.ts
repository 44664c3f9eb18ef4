import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { ensureNative } from '../../../scripts/setup/native.ts';
import { cgroupOf } from './cgroups.ts';
import { command } from './command.ts';
import { makeDisk } from './disk.ts';
import { GlusterServer } from './gluster-server.ts';
import { type Bind, Machine } from './machine.ts';
import type { Network, NetworkMember } from './network.ts';

const LIBEXEC = '/usr/libexec';

/** What a fresh installation of glusterd has and does not make by itself. */
const GLUSTERD_FILES = ['hooks', 'groups'];

export interface Place {
  readonly folder: string;
  readonly network: Network;
}

/** What a machine has for itself besides a hosts file, logs and certificates. */
export interface MachineExtras {
  readonly binds?: readonly Bind[];
  /** Folders, empty at first, that are its own: paths in the machine. */
  readonly folders?: readonly string[];
  /** Folders of the real machine that it may change for itself. */
  readonly layers?: readonly string[];
  /** Folders of the real machine that stay where they are, also below one of `folders`. */
  readonly visible?: readonly string[];
  /** A tree of its own in each cgroup hierarchy. */
  readonly hasOwnCgroups?: boolean;
}

/** A machine, switched off, with a hosts file, logs and certificates of its own. */
export async function makeMachine(
  { folder, network }: Place,
  { name }: NetworkMember,
  extras: MachineExtras = {},
): Promise<Machine> {
  const own = `${folder}/${name}`;
  const layers = (extras.layers ?? []).map((path) => ({ path, folder: `${own}/layers${path}` }));
  for (const layer of layers)
    for (const part of ['upper', 'work']) await mkdir(`${layer.folder}/${part}`, { recursive: true });
  const folders = (extras.folders ?? []).map((path) => ({ source: `${own}/folders${path}`, target: path }));
  for (const { source } of folders) await mkdir(source, { recursive: true });
  await mkdir(`${own}/log`, { recursive: true });
  await writeFile(`${own}/hosts`, hostsFile(network));
  await cp('/usr/lib/ssl', `${own}/ssl`, { recursive: true, verbatimSymlinks: true });
  return new Machine({
    name,
    folder: own,
    network: network.namespace(name),
    binds: [
      { source: `${own}/hosts`, target: '/etc/hosts' },
      { source: `${own}/log`, target: '/var/log/glusterfs' },
      { source: `${own}/ssl`, target: '/usr/lib/ssl' },
      ...(extras.binds ?? []),
      ...folders,
    ],
    layers,
    visible: extras.visible ?? [],
    ...(extras.hasOwnCgroups === true ? { cgroup: `${cgroupOf(folder)}/${name}` } : {}),
  });
}

export interface ServerOptions {
  readonly disksPerServer: number;
  readonly diskBytes: number;
  readonly serverExtras: MachineExtras;
}

/** A storage server, switched off, with empty disks and no peers. */
export async function makeServer(
  place: Place,
  member: NetworkMember,
  { disksPerServer, diskBytes, serverExtras }: ServerOptions,
): Promise<GlusterServer> {
  const own = `${place.folder}/${member.name}`;
  await mkdir(`${own}/glusterd`, { recursive: true });
  for (const file of GLUSTERD_FILES.filter((file) => existsSync(`/var/lib/glusterd/${file}`)))
    await command(['cp', '-a', `/var/lib/glusterd/${file}`, `${own}/glusterd/`]);
  const disks = await Promise.all(
    Array.from({ length: disksPerServer }, (_, i) => makeDisk(`${own}/disk${i + 1}.xfs`, diskBytes)),
  );
  const machine = await makeMachine(place, member, {
    ...serverExtras,
    binds: [{ source: `${own}/glusterd`, target: '/var/lib/glusterd' }, ...(serverExtras.binds ?? [])],
    layers: [LIBEXEC, ...(serverExtras.layers ?? [])],
    hasOwnCgroups: true,
  });
  await installPrograms(`${own}/layers${LIBEXEC}/upper/gluster-csi`);
  return new GlusterServer(machine, disks, place.network);
}

/** What the gateway has from src/native. */
async function installPrograms(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ['freeze', 'clean-brick', 'own-blocks', 'brick-file', 'in-cgroup'])
    await cp(await ensureNative(name), `${folder}/${name}`);
}

function hostsFile(network: Network): string {
  const lines = network.members.map(({ name, address }) => `${address} ${name}`);
  return ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n');
}
