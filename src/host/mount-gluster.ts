import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { type Call, detached } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { GlusterMount, Mount } from '../staging/host.ts';
import { type ClientFiles, toClientArguments } from './client-arguments.ts';
import { logFileOf, readLog, sizeOfLog, toMountFault } from './client-log.ts';
import { clientsByMountPoint, killClient } from './client-process.ts';
import { unmount } from './mount.ts';
import { readMounts, topMount } from './mountinfo.ts';
import { orderServers } from './order-servers.ts';
import { probe } from './probe.ts';
import { type CommandResult, run } from './run.ts';
import { makeRunDirectory, RUN_DIRECTORY } from './run-directory.ts';

/** kubelet gives a stage two minutes. */
const MOUNT_MS = 60_000;
/** While a server of a replica is powered off, a new client waits for it for 10 s before it answers (measured). */
const FIRST_ANSWER_MS = 45_000;
const CLEAN_UP_MS = 30_000;

/** Where a client is started. */
export interface ClientPlace {
  /** Stands for the mount's target in the name of the log. */
  readonly logTarget?: string;
  /** What is put before the client's argv: a program that becomes it. */
  readonly prefix?: () => Promise<readonly string[]>;
}

/** `Host.mountGluster` of this machine. */
export async function mountGluster(
  mount: GlusterMount,
  call: Call,
  { logTarget = mount.target, prefix = async () => [] }: ClientPlace = {},
): Promise<void> {
  const files = {
    logFile: logFileOf({ ...mount, target: logTarget }),
    pidFile: `${RUN_DIRECTORY}/client-${randomUUID()}.pid`,
  };
  await makeRunDirectory();
  const [servers, before, logStart, prepared] = await Promise.all([
    orderServers(mount.servers),
    readMounts(),
    sizeOfLog(files.logFile),
    prefix(),
  ]);
  const others = new Set(before.map(fileSystemOf));
  const argv = [...prepared, 'glusterfs', ...toClientArguments({ ...mount, servers }, files)];
  try {
    const { exitCode, stderr } = await start(argv, call);
    if (exitCode !== 0 || !(await isServed(mount, others, call))) {
      throw toMountFault(mount, await readLog(files.logFile, logStart), stderr);
    }
  } catch (error) {
    await cleanUp({ mount, files, others, cause: error }, detached(call, CLEAN_UP_MS));
    throw error;
  } finally {
    await rm(files.pidFile, { force: true });
  }
}

function start([file = '', ...args]: readonly string[], { signal }: Call): Promise<CommandResult> {
  return run(file, args, { signal, timeoutMs: MOUNT_MS });
}

/** The client exits with 0 once it runs by itself, and may have died since, or never have reached a brick. */
async function isServed(mount: GlusterMount, others: ReadonlySet<string>, call: Call): Promise<boolean> {
  const { target, volume } = mount;
  const mounts = await readMounts();
  const made = await ownOf(mounts, mount, others);
  if (made.length > 0 && !made.some((one) => one === topMount(mounts, target))) {
    throw new Fault('unreachable', `${target} does not show the mount of ${volume}; is it a symbolic link?`);
  }
  if (made.length === 0) return false;
  const state = await probe(target, call, FIRST_ANSWER_MS).catch((error: unknown) => {
    throw mount.subdirectory === undefined ? error : describeBadRoot(mount, error);
  });
  if (state === 'hung') throw new Fault('timed-out', `the root of ${volume} does not answer`);
  // A client that the bricks refuse takes its mount away again: then the bare directory beneath has answered.
  const top = topMount(await readMounts(), target);
  return state === 'directory' && made.some(({ id }) => id === top?.id);
}

/** Bricks of a replica give any directory entry as a root; to the kernel a file or a link as one is EIO. */
function describeBadRoot({ volume, subdirectory }: GlusterMount, error: unknown): unknown {
  if (!isFault(error, 'unreachable') || !error.message.includes('Input/output error')) return error;
  return new Fault('unreachable', `${subdirectory} of ${volume} gives an I/O error; is it a directory?`, {
    cause: error,
  });
}

interface Failure {
  readonly mount: GlusterMount;
  readonly files: ClientFiles;
  /** The file systems that were mounted before. */
  readonly others: ReadonlySet<string>;
  readonly cause: unknown;
}

/** The client left its process group, so that the deadline did not reach it; it may even mount later. */
async function cleanUp({ mount, files, others, cause }: Failure, call: Call): Promise<void> {
  try {
    const pid = Number.parseInt(await readFile(files.pidFile, 'utf8').catch(() => ''), 10);
    if (pid > 1) await killClient(pid, mount.target);
    const left = await ownOf(await readMounts(), mount, others);
    for (const { target } of left) await unmount(target, call);
  } catch {
    throw new Fault('uncertain', `mounting ${mount.volume} failed, and so did taking it away; retry`, {
      cause,
    });
  }
}

/**
 * The mounts of the volume by a client that was not there before, wherever its target leads. Not those of a client
 * that is started for the same volume at the same time: it has a mount point of its own.
 */
async function ownOf(
  mounts: readonly Mount[],
  { volume, subdirectory, target }: GlusterMount,
  others: ReadonlySet<string>,
): Promise<readonly Mount[]> {
  const source = [`:/${volume}`, ...(subdirectory === undefined ? [] : [subdirectory])].join('/');
  const made = mounts.filter(
    (one) => one.fsType === 'fuse.glusterfs' && one.source.endsWith(source) && !others.has(fileSystemOf(one)),
  );
  const clients = made.every((one) => one.target === target) ? new Map() : await clientsByMountPoint();
  const foreign = made.filter((one) => one.target !== target && clients.has(one.target));
  return made.filter((one) => !foreign.some(({ device }) => device === one.device));
}

function fileSystemOf({ device, source }: Mount): string {
  return `${device} ${source}`;
}
