import { randomUUID } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import { type Call, detached } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { unmount } from '../../host/mount.ts';
import { mountGluster } from '../../host/mount-gluster.ts';
import { readMounts } from '../../host/mountinfo.ts';
import { run } from '../../host/run.ts';
import { makeRunDirectory, RUN_DIRECTORY } from '../../host/run-directory.ts';
import { log } from '../../telemetry/log.ts';
import type { HostingMounts } from './hosting-mounts.ts';

const PLACE = `${RUN_DIRECTORY}/block`;
const COMMAND_MS = 30_000;
const UNMOUNT_MS = 30_000;
const SWEEP_MS = 60_000;

/**
 * Mounts hosting volumes by this server's glusterd, whose own clients every volume takes. A mount is made for each
 * piece of work: one that stayed would be a client that keeps its volume from being deleted. What this process's
 * former self left goes at once. The work gets the directory.
 */
export function createHostingMounts({ hostname }: { readonly hostname: string }): HostingMounts<string> {
  const swept = unmountLeftovers({ id: randomUUID(), signal: AbortSignal.timeout(SWEEP_MS) });
  return {
    async use(volume, work, call) {
      await swept;
      const target = `${PLACE}/${volume}-${randomUUID()}`;
      await makeRunDirectory(target);
      try {
        await mountGluster(
          { volume, servers: [hostname], target, options: ['attribute-timeout=0', 'entry-timeout=0'] },
          call,
        );
        await followNoLinks(target, call);
        return await work(target);
      } finally {
        await takeAway(target, detached(call, UNMOUNT_MS));
      }
    },
  };
}

/** The same mounts, seen as what a provider has there. */
export function seenAs<Files>(
  mounts: HostingMounts<string>,
  see: (directory: string) => Files,
): HostingMounts<Files> {
  return { use: (volume, work, call) => mounts.use(volume, (directory) => work(see(directory)), call) };
}

/** A node can put a link, or a device, in the place of its disk, and this process would use those of this server. */
async function followNoLinks(target: string, call: Call): Promise<void> {
  const args = ['-o', 'remount,bind,nosymfollow,nodev,nosuid,noexec', target];
  const { exitCode, stderr } = await run('mount', args, { signal: call.signal, timeoutMs: COMMAND_MS });
  if (exitCode === 0) return;
  throw new Fault(
    'unreachable',
    `cannot mount ${target} with nosymfollow, which takes Linux 5.10 and util-linux 2.38: ${stderr.trim()}`,
  );
}

async function unmountLeftovers(call: Call): Promise<void> {
  try {
    const left = (await readMounts()).filter(({ target }) => target.startsWith(`${PLACE}/`));
    for (const { target } of left) await takeAway(target, call);
  } catch (error) {
    log.warn({ err: error }, 'mounts of a former gateway may be left');
  }
}

/** What stays mounted is logged: it keeps the volume from being deleted, which says so. */
async function takeAway(target: string, call: Call): Promise<void> {
  try {
    await unmount(target, call);
    await rmdir(target);
  } catch (error) {
    log.warn({ err: error, target }, 'a hosting volume stays mounted');
  }
}
