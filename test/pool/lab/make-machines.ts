import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { command } from './command.ts';
import { makeDisk } from './disk.ts';
import { GlusterServer } from './gluster-server.ts';
import { type Bind, Machine } from './machine.ts';
import type { Network, NetworkMember } from './network.ts';

/** What a fresh installation of glusterd has and does not make by itself. */
const GLUSTERD_FILES = ['hooks', 'groups'];

export interface Place {
  readonly folder: string;
  readonly network: Network;
}

/** A machine, switched off, with a hosts file, logs and certificates of its own. */
export async function makeMachine(
  { folder, network }: Place,
  { name }: NetworkMember,
  binds: readonly Bind[] = [],
): Promise<Machine> {
  const own = `${folder}/${name}`;
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
      ...binds,
    ],
  });
}

/** A storage server, switched off, with empty disks and no peers. */
export async function makeServer(
  place: Place,
  member: NetworkMember,
  { disksPerServer, diskBytes }: { readonly disksPerServer: number; readonly diskBytes: number },
): Promise<GlusterServer> {
  const own = `${place.folder}/${member.name}`;
  await mkdir(`${own}/glusterd`, { recursive: true });
  for (const file of GLUSTERD_FILES.filter((file) => existsSync(`/var/lib/glusterd/${file}`)))
    await command(['cp', '-a', `/var/lib/glusterd/${file}`, `${own}/glusterd/`]);
  const disks = await Promise.all(
    Array.from({ length: disksPerServer }, (_, i) => makeDisk(`${own}/disk${i + 1}.xfs`, diskBytes)),
  );
  const machine = await makeMachine(place, member, [
    { source: `${own}/glusterd`, target: '/var/lib/glusterd' },
  ]);
  return new GlusterServer(machine, disks, place.network);
}

function hostsFile(network: Network): string {
  const lines = network.members.map(({ name, address }) => `${address} ${name}`);
  return ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n');
}
