import { stat } from 'node:fs/promises';
import { Fault, invalid } from '../../../control/fault.ts';
import { run } from '../../../host/run.ts';
import { isAbsent } from '../device-mark.ts';

const TIMEOUT_MS = 60_000;
/** Where labels, tables and superblocks lie: at either end. */
const END_BYTES = 1024n * 1024n;
const SMALLEST_BYTES = 1024n * 1024n * 1024n;

/**
 * Throws `invalid` unless the disk is proved to hold nothing: a block device that can be read, of which no program
 * knows a signature, and of which both ends are zeros. A database on a raw disk has no signature.
 */
export async function requireBlank(disk: string): Promise<void> {
  await requireBlockDevice(disk);
  const size = await sizeOf(disk);
  if (size < SMALLEST_BYTES) throw invalid('device', `${disk} is smaller than 1 GiB`);
  await requireNoSignature(disk);
  for (const offset of [0n, size - END_BYTES]) await requireZeros(disk, offset);
}

async function requireBlockDevice(disk: string): Promise<void> {
  try {
    if ((await stat(disk)).isBlockDevice()) return;
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw invalid('device', `${disk} does not exist on this server`);
  }
  throw invalid('device', `${disk} is no block device; lvm bricks lie on a disk of their own`);
}

async function sizeOf(disk: string): Promise<bigint> {
  const { exitCode, stdout, stderr } = await run('blockdev', ['--getsize64', disk], {
    timeoutMs: TIMEOUT_MS,
  });
  if (exitCode === 0 && /^\d+\s*$/.test(stdout)) return BigInt(stdout.trim());
  throw unreadable(disk, stderr);
}

async function requireNoSignature(disk: string): Promise<void> {
  const { exitCode, stdout, stderr } = await run(
    'wipefs',
    ['--no-act', '--noheadings', '--output', 'TYPE', disk],
    { timeoutMs: TIMEOUT_MS },
  );
  if (exitCode !== 0) throw unreadable(disk, stderr);
  const types = stdout.split(/\s+/).filter((type) => type !== '');
  if (types.length > 0)
    throw invalid(
      'device',
      `${disk} is not blank, it holds ${types.join(', ')}; wipe it if nothing of it is needed`,
    );
}

async function requireZeros(disk: string, offset: bigint): Promise<void> {
  const args = ['--silent', `--bytes=${END_BYTES}`, `--ignore-initial=${offset}:0`, disk, '/dev/zero'];
  const { exitCode, stderr } = await run('cmp', args, { timeoutMs: TIMEOUT_MS });
  if (exitCode === 0) return;
  if (exitCode !== 1) throw unreadable(disk, stderr);
  throw invalid(
    'device',
    `${disk} is not blank: not all is zero in the MiB at byte ${offset}; if nothing of it is needed: blkdiscard --zeroout --offset ${offset} --length ${END_BYTES} ${disk}`,
  );
}

/** What cannot be read is not blank. */
function unreadable(disk: string, stderr: string): Fault {
  return new Fault(
    'unreachable',
    `${disk} cannot be read: ${stderr.trim().slice(0, 300) || 'no reason given'}`,
  );
}
