import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { FileSystemUsage } from '../staging/host.ts';
import { isAbsent, isDisconnected, toErrorText } from './child-error.ts';
import { type CommandResult, run } from './run.ts';

const STATFS_MS = 10_000;
/** Block size, blocks, free blocks, blocks for users, inodes, free inodes. */
const FORMAT = '%S %b %f %a %c %d';

/** `Host.usage` of this machine. */
export async function usage(path: string, call: Call): Promise<FileSystemUsage> {
  const result = await askStatfs(path, call);
  if (result.exitCode === 0) return parseUsage(result.stdout);
  const reason = toErrorText(result.stderr);
  if (isAbsent(reason)) throw new Fault('not-found', `${path} does not exist`);
  if (isDisconnected(reason)) {
    throw new Fault(
      'unreachable',
      `the mount at ${path} is not connected: its client has died or lost its servers`,
    );
  }
  throw new Fault('unreachable', `the file system at ${path} cannot be asked: ${reason}`);
}

async function askStatfs(path: string, call: Call): Promise<CommandResult> {
  try {
    const args = ['--file-system', `--format=${FORMAT}`, '--', path];
    return await run('stat', args, { signal: call.signal, timeoutMs: STATFS_MS });
  } catch (error) {
    if (!isFault(error, 'timed-out')) throw error;
    throw new Fault('timed-out', `the file system at ${path} does not answer`, { cause: error });
  }
}

function parseUsage(stdout: string): FileSystemUsage {
  const [size = 0n, blocks = 0n, free = 0n, available = 0n, inodes = 0n, freeInodes = 0n] = stdout
    .trim()
    .split(' ')
    .map(BigInt);
  return {
    totalBytes: blocks * size,
    availableBytes: available * size,
    usedBytes: (blocks - free) * size,
    totalInodes: inodes,
    freeInodes,
  };
}
