import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { type Call, detached } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import type { GlusterMount, Mount } from '../staging/host.ts';
import { type ClientFiles, toClientArguments } from './client-arguments.ts';
import { logFileOf, readLog, sizeOfLog, toMountFault } from './client-log.ts';
import { killClient } from './client-process.ts';
import { unmount } from './mount.ts';
import { readMounts } from './mountinfo.ts';
import { probe } from './probe.ts';
import { run } from './run.ts';
import { RUN_DIRECTORY } from './run-directory.ts';

/** A server that is powered off costs 3 s before the next one is asked. */
const MOUNT_MS = 60_000;
const CLEAN_UP_MS = 30_000;

/** `Host.mountGluster` of this machine. */
export async function mountGluster(mount: GlusterMount, call: Call): Promise<void> {
  const files = { logFile: logFileOf(mount), pidFile: `${RUN_DIRECTORY}/client-${randomUUID()}.pid` };
  const args = toClientArguments(mount, files);
  await mkdir(RUN_DIRECTORY, { recursive: true, mode: 0o700 });
  const [before, logStart] = await Promise.all([mountsAt(mount.target), sizeOfLog(files.logFile)]);
  try {
    const { exitCode, stderr } = await run('glusterfs', args, { signal: call.signal, timeoutMs: MOUNT_MS });
    if (exitCode !== 0 || !(await isServed(mount, before, call))) {
      throw toMountFault(mount, await readLog(files.logFile, logStart), stderr);
    }
  } catch (error) {
    await cleanUp({ mount, files, before: before.length, cause: error }, detached(call, CLEAN_UP_MS));
    throw error;
  } finally {
    await rm(files.pidFile, { force: true });
  }
}

/** The client exits with 0 once it runs by itself, and may have died since, or never have reached a brick. */
async function isServed(mount: GlusterMount, before: readonly Mount[], call: Call): Promise<boolean> {
  const after = await mountsAt(mount.target);
  if (after.length <= before.length || after.at(-1)?.fsType !== 'fuse.glusterfs') return false;
  const state = await probe(mount.target, call);
  if (state === 'hung') throw new Fault('timed-out', `the root of ${mount.volume} does not answer`);
  return state === 'directory';
}

interface Failure {
  readonly mount: GlusterMount;
  readonly files: ClientFiles;
  /** How many mounts lay at the target before. */
  readonly before: number;
  readonly cause: unknown;
}

/** The client left its process group, so that the deadline did not reach it; it may even mount later. */
async function cleanUp({ mount, files, before, cause }: Failure, call: Call): Promise<void> {
  const { target } = mount;
  try {
    const pid = Number.parseInt(await readFile(files.pidFile, 'utf8').catch(() => ''), 10);
    if (pid > 1) await killClient(pid, target);
    for (let n = (await mountsAt(target)).length; n > before; n -= 1) await unmount(target, call);
  } catch {
    throw new Fault('uncertain', `mounting ${mount.volume} failed, and so did taking it away; retry`, {
      cause,
    });
  }
}

async function mountsAt(target: string): Promise<readonly Mount[]> {
  return (await readMounts()).filter((mount) => mount.target === target);
}
