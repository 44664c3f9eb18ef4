import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Call } from '../control/call.ts';
import { codeOf } from '../control/error-code.ts';
import { Fault } from '../control/fault.ts';
import type { ClientCgroups } from '../host/client-cgroup.ts';
import { clientMountPath } from '../host/client-mount.ts';
import { clientsByMountPoint, killClient } from '../host/client-process.ts';
import { removeDirectory, removeNested } from '../host/directory.ts';
import { writeDurably } from '../host/durable-file.ts';
import { bind, unmount } from '../host/mount.ts';
import { mountGluster } from '../host/mount-gluster.ts';
import { readMounts } from '../host/mountinfo.ts';
import { hasHostPids, listNamespaces, readMountsOf } from '../host/namespaces.ts';
import { probe } from '../host/probe.ts';
import type { RemountFunction } from '../host/remount.ts';
import { run } from '../host/run.ts';
import { type ClientRecord, formatRecord, parseRecord } from './client-record.ts';
import type { Machine } from './machine.ts';

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REMOVE_MS = 10_000;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

export interface LinuxMachineOptions {
  /** `clients` lies in it. The path has to be the same on the host, and shared with it. */
  readonly directory: string;
  /** Undefined: clients stay in this process's cgroup. */
  readonly cgroups: ClientCgroups | undefined;
  readonly remount: RemountFunction;
}

/** The machine that this process runs on. Needs root (CAP_SYS_ADMIN), /dev/fuse and the glusterfs client. */
export function createLinuxMachine({ directory, cgroups, remount }: LinuxMachineOptions): Machine {
  const files = clientFiles(`${directory}/clients`);
  const { mountPointOf } = files;
  return {
    ...files,
    clients: clientsByMountPoint,
    async startClient(id, record, call) {
      const prefix = async () => (await cgroups?.prepare(id)) ?? [];
      const mount = { ...record, target: mountPointOf(id, record) };
      await mountGluster(mount, call, { logTarget: record.target, prefix });
    },
    killClient,
    async removeEmptyGroups(inUse) {
      await cgroups?.removeEmpty(inUse);
    },
    mounts: readMounts,
    hostMounts: async () => ((await hasHostPids()) ? await readMountsOf(1) : undefined) ?? readMounts(),
    namespaces: listNamespaces,
    mountsOf: readMountsOf,
    hasHostPids,
    bind: (source, target, call) => bind(source, target, { readonly: false }, call),
    unmount,
    probe: (path, call) => probe(path, call),
    remount,
  };
}

type Files = Pick<Machine, 'mountPointOf' | 'directories' | 'writeRecord' | 'removeDirectory'>;

/** The mount point itself is touched by programs alone, with a deadline: it may be a dead mount. */
function clientFiles(folder: string): Files {
  const boot = readFileSync(BOOT_ID, 'utf8').trim();
  const recordOf = (id: string) => `${folder}/${id}/client.json`;
  const mountPointOf: Machine['mountPointOf'] = (id, record) =>
    `${folder}/${id}/${clientMountPath(record?.target)}`;
  const readRecord = async (id: string) =>
    parseRecord(await readFile(recordOf(id), 'utf8').catch(() => ''), boot);
  return {
    mountPointOf,
    async directories() {
      const ids = (await listNames(folder)).filter((name) => ID.test(name));
      return Promise.all(ids.map(async (id) => ({ id, record: await readRecord(id) })));
    },
    async writeRecord(id, record: ClientRecord) {
      try {
        await mkdir(`${folder}/${id}`, { recursive: true, mode: 0o700 });
        await writeDurably(recordOf(id), formatRecord(record, boot));
        if (record.device === undefined) {
          await mkdir(mountPointOf(id, record), { recursive: true, mode: 0o700 });
        }
      } catch (error) {
        throw toFault(folder, error);
      }
    },
    async removeDirectory(id, call) {
      // The record goes last: it tells where the mount point is.
      const above = `${folder}/${id}`;
      const record = await readRecord(id);
      if (record === undefined) await removeBare(above, call);
      await removeNested(pathsUpTo(above, mountPointOf(id, record)), call);
      for (const file of [recordOf(id), `${recordOf(id)}.new`]) await rm(file, { force: true });
      await removeDirectory(above, call);
    },
  };
}

/** The path and what is above it, up to a directory that is left out. */
function pathsUpTo(above: string, path: string): readonly string[] {
  return path === above ? [] : [path, ...pathsUpTo(above, dirname(path))];
}

/** Where the mount point was is not known. Crosses no mount and no link, and removes nothing but empty directories. */
async function removeBare(above: string, { signal }: Call): Promise<void> {
  const args = [above, '-xdev', '-mindepth', '1', '-depth', '-type', 'd', '-empty', '-delete'];
  await run('find', args, { signal, timeoutMs: REMOVE_MS });
}

/** None before the first client. */
async function listNames(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function toFault(folder: string, cause: unknown): Fault {
  const code = codeOf(cause);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const reason = isFull ? 'its disk is full; free some space' : `${code ?? 'of an unknown reason'}`;
  return new Fault(isFull ? 'exhausted' : 'unreachable', `${folder} cannot be written: ${reason}`, { cause });
}
