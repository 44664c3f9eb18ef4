import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../control/fault.ts';
import { run } from './run.ts';

const TIMEOUT_MS = 30_000;
const RETRY_MS = 100;

/**
 * Unmounts a local file system. While it is busy (a brick process that is about to end) it tries again
 * for `patienceMs`, then detaches it lazily: true when it is really unmounted, false when some process
 * still holds it.
 */
export async function unmountPatiently(target: string, patienceMs: number): Promise<boolean> {
  if (await unmountWithin(target, patienceMs)) return true;
  await run('umount', ['--lazy', target], { timeoutMs: TIMEOUT_MS });
  return false;
}

/** The same, and leaves it mounted when it stays busy: false. */
export async function unmountWithin(target: string, patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const { exitCode, stderr } = await run('umount', [target], { timeoutMs: TIMEOUT_MS });
    if (exitCode === 0 || /not mounted|no mount point/i.test(stderr)) return true;
    if (!/busy/i.test(stderr)) throw new Fault('unreachable', `cannot unmount ${target}: ${stderr.trim()}`);
    if (performance.now() >= end) return false;
    await sleep(RETRY_MS);
  }
}
