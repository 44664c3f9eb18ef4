import { randomUUID } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import { type Call, detached } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { Mount } from '../staging/host.ts';
import { toErrorText } from './child-error.ts';
import { readMounts, topMount } from './mountinfo.ts';
import { run } from './run.ts';
import { makeRunDirectory, RUN_DIRECTORY } from './run-directory.ts';

const MOUNT_MS = 20_000;
const UNMOUNT_MS = 10_000;
/** Read-only binds are prepared here, where no pod looks. */
const PREPARED = `${RUN_DIRECTORY}/prepared`;
/** Flags of a mount that a remount would reset unless it is told them. */
const KEPT = new Set(['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime']);

/** `Host.bind` of this machine. */
export async function bind(
  source: string,
  target: string,
  { readonly }: { readonly: boolean },
  call: Call,
): Promise<void> {
  if (readonly) await bindReadonly(source, target, call);
  else await mountBind(source, target, { flags: [], call });
}

/** Unmounts what is on top of the target; `Host.unmount` of this machine. */
export async function unmount(target: string, call: Call): Promise<void> {
  const before = await countAt(target);
  if (before === 0) return;
  if (await umount(['--no-canonicalize', '--internal-only', target], call)) return;
  const lazily = ['--no-canonicalize', '--internal-only', '--lazy', target];
  if ((await countAt(target)) < before || (await umount(lazily, call))) return;
  if ((await countAt(target)) < before) return;
  throw new Fault('unreachable', `${target} cannot be unmounted, not even lazily; look at the kernel's log`);
}

/** True for a bind that is being prepared, or that a crash left. */
export function isPrepared(mount: Mount): boolean {
  return mount.target.startsWith(`${PREPARED}/`);
}

/**
 * mount(8) before 2.39 makes a bind and then turns it read-only: writable for a moment. A bind of a read-only bind
 * is read-only from the start, so that moment is spent at a path where nobody is.
 */
async function bindReadonly(source: string, target: string, call: Call): Promise<void> {
  const prepared = `${PREPARED}/${randomUUID()}`;
  await makeRunDirectory(prepared);
  try {
    const kept = topMount(await readMounts(), source)?.options.filter((option) => KEPT.has(option)) ?? [];
    await mountBind(source, prepared, { flags: ['ro', ...kept], call });
    if (topMount(await readMounts(), prepared)?.options.includes('ro') !== true) {
      throw new Fault('unreachable', `${source} cannot be bound read-only on this machine`);
    }
    await mountBind(prepared, target, { flags: [], call });
  } finally {
    await unmount(prepared, detached(call, UNMOUNT_MS));
    await rmdir(prepared);
  }
}

async function mountBind(
  source: string,
  target: string,
  { flags, call }: { flags: readonly string[]; call: Call },
): Promise<void> {
  const options = flags.length === 0 ? [] : ['-o', flags.join(',')];
  const args = ['--no-canonicalize', '--bind', ...options, '--', source, target];
  const result = await run('mount', args, { signal: call.signal, timeoutMs: MOUNT_MS });
  if (result.exitCode === 0) return;
  throw new Fault('unreachable', `${source} cannot be bound at ${target}: ${toErrorText(result.stderr)}`);
}

/** False when it failed or did not end in time: a flush to a hung server does not. */
async function umount(args: readonly string[], call: Call): Promise<boolean> {
  try {
    const result = await run('umount', args, { signal: call.signal, timeoutMs: UNMOUNT_MS });
    return result.exitCode === 0;
  } catch (error) {
    if (isFault(error, 'timed-out') && !call.signal.aborted) return false;
    throw error;
  }
}

async function countAt(target: string): Promise<number> {
  return (await readMounts()).filter((mount) => mount.target === target).length;
}
