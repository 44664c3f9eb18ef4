import { randomUUID } from 'node:crypto';
import { readdir, rmdir } from 'node:fs/promises';
import type { Call } from '../../control/call.ts';
import type { ClientCgroups } from '../../host/client-cgroup.ts';
import { clientsByMountPoint, killClient } from '../../host/client-process.ts';
import { unmount } from '../../host/mount.ts';
import { mountGluster } from '../../host/mount-gluster.ts';
import { readMounts } from '../../host/mountinfo.ts';
import { makeRunDirectory, RUN_DIRECTORY } from '../../host/run-directory.ts';
import type { ExportPlace } from './export-machine.ts';

const PLACE = `${RUN_DIRECTORY}/exports`;
const OPTIONS = ['direct-io-mode=enable', 'attribute-timeout=0', 'nosuid', 'nodev', 'noexec'];

/** A client's mount of a block volume's directory, for its export. */
export interface ExportMount {
  readonly key: string;
  readonly target: string;
  /** Undefined: its client is gone. */
  readonly pid: number | undefined;
}

/** Mounts of exports, of one key or of all; a key has several while one takes another's place. */
export async function exportMounts(key?: string): Promise<readonly ExportMount[]> {
  const prefix = key === undefined ? `${PLACE}/` : `${PLACE}/${key}/`;
  const targets = (await readMounts()).map(({ target }) => target).filter((one) => one.startsWith(prefix));
  const clients = targets.length === 0 ? new Map<string, number>() : await clientsByMountPoint();
  return targets.map((target) => ({
    key: target.slice(PLACE.length + 1).split('/')[0] ?? '',
    target,
    pid: clients.get(target),
  }));
}

/** By a client in a cgroup of its own: it outlives the gateway, whose service takes all in its own along. */
export async function mountExport(
  cgroups: ClientCgroups,
  { key, volume, name, servers }: ExportPlace,
  call: Call,
): Promise<void> {
  const id = randomUUID();
  const target = `${PLACE}/${key}/${id}`;
  await makeRunDirectory(target);
  const mount = { volume, servers, target, subdirectory: name, options: OPTIONS };
  await mountGluster(mount, call, { prefix: () => cgroups.prepare(cgroupOf(id)) }).catch(async (error) => {
    await rmdir(target).catch(() => undefined);
    throw error;
  });
}

/** What waits for its answers fails at once. Gone already is success. */
export async function endClient({ target, pid }: ExportMount): Promise<void> {
  if (pid !== undefined) await killClient(pid, target);
}

/** With what is left of its client. */
export async function unmountExport(
  cgroups: ClientCgroups,
  { target }: ExportMount,
  call: Call,
): Promise<void> {
  await unmount(target, call);
  await rmdir(target);
  const own = cgroupOf(target.slice(target.lastIndexOf('/') + 1));
  await cgroups.removeEmpty({ has: (id) => id !== own });
}

/** Directories of mounts that were never made, or have gone by themselves. */
export async function removeEmptyPlaces(key: string): Promise<void> {
  const below = await readdir(`${PLACE}/${key}`).catch(() => []);
  for (const one of below) await rmdir(`${PLACE}/${key}/${one}`).catch(() => undefined);
  await rmdir(`${PLACE}/${key}`).catch(() => undefined);
}

/** Keys that have a directory. */
export async function exportPlaces(): Promise<readonly string[]> {
  return readdir(PLACE).catch(() => []);
}

function cgroupOf(id: string): string {
  return `export-${id}`;
}
