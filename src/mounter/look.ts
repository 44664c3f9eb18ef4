import { dirname } from 'node:path';
import { isClientMount } from '../host/client-mount.ts';
import type { Mount } from '../staging/host.ts';
import type { ClientRecord } from './client-record.ts';
import type { ClientDirectory, Machine } from './machine.ts';
import { findMountsOf } from './scan.ts';

/** A client as it is found: nothing of it is remembered. */
export interface Client {
  readonly id: string;
  readonly record: ClientRecord | undefined;
  readonly mountPoint: string;
  /** Something of it is mounted at its own mount point. While it is, its device number is given to no other. */
  readonly isMounted: boolean;
  /** "major:minor" of its file system; undefined: none of it is mounted. */
  readonly device: string | undefined;
  /** Undefined: its process has ended. */
  readonly pid: number | undefined;
  /** Where it is used, on this machine's side: its mounts in our own namespace and in PID 1's but its own. */
  readonly uses: readonly Mount[];
}

/** The clients of this machine, as directories, mount tables and processes tell. */
export async function look(machine: Machine): Promise<readonly Client[]> {
  const directories = await machine.directories();
  const own = (await machine.mounts()).filter(isGluster);
  const host = (await machine.hostMounts()).filter(isGluster);
  const processes = await machine.clients();
  const mountPoints = new Map(directories.map((one) => [one.id, mountPointOf(machine, one, own)]));
  const mounted = new Map(
    directories.map(({ id }) => {
      const target = mountPoints.get(id);
      return [id, own.findLast((mount) => mount.target === target)?.device] as const;
    }),
  );
  const all = [...own, ...host];
  const remembered = await rememberedDevices(machine, directories, { all, mounted });
  return directories.map((directory) => {
    const mountPoint = mountPoints.get(directory.id) ?? '';
    const device = mounted.get(directory.id) ?? remembered.get(directory.id);
    return {
      ...directory,
      mountPoint,
      isMounted: mounted.get(directory.id) !== undefined,
      device,
      pid: processes.get(mountPoint),
      uses: all.filter((mount) => mount.device === device && !isClientMount(mount)),
    };
  });
}

/** Those that this one takes over from, as far as they are there still. */
export function predecessorsOf(client: Client, clients: readonly Client[]): readonly Client[] {
  const ids = client.record?.replaces ?? [];
  return clients.filter(({ id }) => ids.includes(id));
}

/** True when another client that is mounted takes over from this one. */
export function isSuperseded(client: Client, clients: readonly Client[]): boolean {
  return clients.some((other) => other.isMounted && other.record?.replaces.includes(client.id) === true);
}

/** `/volume` or `/volume/dir`, as it stands in mountinfo behind the server. */
export function isSourceOf(record: ClientRecord, mount: Mount): boolean {
  const { volume, subdirectory } = record;
  return mount.source.endsWith(`:/${subdirectory === undefined ? volume : `${volume}/${subdirectory}`}`);
}

/** Of a client whose record cannot be read, whatever is mounted in its directory. */
function mountPointOf(machine: Machine, { id, record }: ClientDirectory, own: readonly Mount[]): string {
  const usual = machine.mountPointOf(id, record);
  if (record !== undefined) return usual;
  return own.find(({ target }) => target.startsWith(`${dirname(usual)}/`))?.target ?? usual;
}

interface Seen {
  readonly all: readonly Mount[];
  /** By client, the device at its own mount point. */
  readonly mounted: ReadonlyMap<string, string | undefined>;
}

/**
 * The devices of clients whose own mount point was unmounted. The recorded number holds as long as a mount of the
 * volume has it, in whatever namespace, and no other client has been given it. Few clients are like that, none mostly.
 */
async function rememberedDevices(
  machine: Machine,
  directories: readonly ClientDirectory[],
  { all, mounted }: Seen,
): Promise<ReadonlyMap<string, string>> {
  const taken = new Set(mounted.values());
  const found = new Map<string, string>();
  for (const { id, record } of directories) {
    if (record?.device === undefined || mounted.get(id) !== undefined || taken.has(record.device)) continue;
    const isThere = (mount: Mount) => mount.device === record.device && isSourceOf(record, mount);
    const isSeen =
      all.some(isThere) || (await findMountsOf(machine, record.device)).some(({ mount }) => isThere(mount));
    if (isSeen) found.set(id, record.device);
  }
  return found;
}

function isGluster({ fsType }: Mount): boolean {
  return fsType === 'fuse.glusterfs';
}
