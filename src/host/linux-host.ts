import { rmdir } from 'node:fs/promises';
import type { Call } from '../control/call.ts';
import type { Host, Mount } from '../staging/host.ts';
import { log } from '../telemetry/log.ts';
import { bricks } from './bricks.ts';
import { isClientMount } from './client-mount.ts';
import { makeDirectory, removeDirectory } from './directory.ts';
import { bind, isPrepared, unmount } from './mount.ts';
import { mountGluster } from './mount-gluster.ts';
import { readMounts } from './mountinfo.ts';
import { probe } from './probe.ts';
import { usage } from './usage.ts';

const SWEEP_MS = 30_000;

/** The machine that this process runs on. Needs root (CAP_SYS_ADMIN), /dev/fuse and the glusterfs client. */
export function createLinuxHost(): Host {
  let swept: Promise<void> | undefined;
  return {
    async mounts() {
      const mounts = await readMounts();
      swept ??= sweep(mounts).catch((error: unknown) => log.warn({ err: error }, 'prepared binds are left'));
      await swept;
      return mounts.filter((mount) => !isPrepared(mount) && !isClientMount(mount));
    },
    mountGluster,
    bind,
    unmount,
    makeDirectory,
    removeDirectory,
    probe: (path, call) => probe(path, call),
    usage,
    bricks,
  };
}

/** Takes away the prepared binds that a killed process left: each keeps a volume's client alive. */
async function sweep(mounts: readonly Mount[]): Promise<void> {
  const call: Call = { id: 'sweep', signal: AbortSignal.timeout(SWEEP_MS) };
  for (const { target } of mounts.filter(isPrepared)) {
    await unmount(target, call);
    await rmdir(target);
  }
}
