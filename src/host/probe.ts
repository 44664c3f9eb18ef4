import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { PathState } from '../staging/host.ts';
import { isAbsent, isDisconnected, toErrorText } from './child-error.ts';
import { findClients } from './client-process.ts';
import { readMounts, topMount } from './mountinfo.ts';
import { type CommandResult, run } from './run.ts';

const PROBE_MS = 5_000;

/** `Host.probe` of this machine; `hung` after `timeoutMs`. */
export async function probe(path: string, call: Call, timeoutMs = PROBE_MS): Promise<PathState> {
  const result = await askStat(path, call, timeoutMs);
  if (result === 'hung') return 'hung';
  if (result.exitCode === 0) return result.stdout.trim() === 'directory' ? 'directory' : 'other';
  const reason = toErrorText(result.stderr);
  if (isAbsent(reason)) return 'absent';
  if (isDisconnected(reason)) return (await hasLivingClient(path)) ? 'offline' : 'dead';
  throw new Fault('unreachable', `${path} cannot be looked at: ${reason}`);
}

async function askStat(path: string, call: Call, timeoutMs: number): Promise<CommandResult | 'hung'> {
  try {
    // Without --cached=never the kernel answers from its attribute cache for a second after the client died.
    const args = ['--cached=never', '--format=%F', '--', path];
    return await run('stat', args, { signal: call.signal, timeoutMs });
  } catch (error) {
    if (isFault(error, 'timed-out') && !call.signal.aborted) return 'hung';
    throw error;
  }
}

/**
 * A client that lost all its bricks answers ENOTCONN like the kernel does for a client that is gone. A process
 * with this mount, or with one that this is a bind of, as its mount point tells them apart.
 */
async function hasLivingClient(path: string): Promise<boolean> {
  const mounts = await readMounts();
  const { device } = topMount(mounts, path) ?? {};
  const targets = mounts.filter((mount) => mount.device === device).map((mount) => mount.target);
  return (await findClients(new Set(targets))).length > 0;
}
