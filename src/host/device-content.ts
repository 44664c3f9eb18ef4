import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { type Content, type Disk, FS_TYPES, type FsType } from '../staging/block/block-host.ts';
import { toErrorText } from './child-error.ts';
import { run } from './run.ts';

const ASK_MS = 20_000;
const MIB = 1024 * 1024;
/** What brick file systems may count for a file that holds nothing, such as blocks of its attributes. */
const MOST_OF_NOTHING = 128n * 1024n;
const BLOCK = 512n;
/** blkid(8): nothing was found, or the device cannot be read. */
const NOTHING_FOUND = 2;
/** Of sb_inprogress in an XFS superblock. */
const IN_PROGRESS = 126;
/** Of the copy of ext4's superblock in its second group of blocks of 4 KiB. */
const EXT4_COPY = 128n * 1024n * 1024n;

/**
 * `BlockHost.content` of this machine; a half-made XFS is `other`. blkid's "nothing found" (2) is also what it says of a device that it cannot
 * read, and of one whose first blocks were lost: so the device has to read as zeros at its beginning, and its file to
 * hold nothing.
 */
export async function contentOf({ device, file }: Disk, call: Call): Promise<Content> {
  const known = await identify(device, call);
  if (known === 'xfs' && (await isHalfMadeXfs(device, call))) return 'other';
  if (known !== 'nothing') return known;
  const isZero = isNothing(await readAt(device, 0n, call));
  return isZero && (await allocatedBytes(file, call)) <= MOST_OF_NOTHING ? 'blank' : 'other';
}

/**
 * `IscsiHost.lunContent` of this machine. How much of its disk a target has stored cannot be asked, so that more of it
 * has to read as zeros: its beginning, its end, and places between, where file systems keep their copies.
 */
export async function lunContentOf(device: string, call: Call): Promise<Content> {
  const known = await identify(device, call);
  if (known === 'xfs' && (await isHalfMadeXfs(device, call))) return 'blank';
  if (known !== 'nothing') return known;
  const bytes = await bytesOf(device, call);
  for (const offset of samplesOf(bytes)) {
    if (!isNothing(await readAt(device, offset, call))) return 'other';
  }
  return 'blank';
}

/** `nothing`: blkid finds nothing, or cannot read it. */
async function identify(device: string, call: Call): Promise<FsType | 'other' | 'nothing'> {
  const args = ['--probe', '--output', 'export', device];
  const { exitCode, stdout } = await run('blkid', args, { signal: call.signal, timeoutMs: ASK_MS });
  if (exitCode === NOTHING_FOUND) return 'nothing';
  if (exitCode !== 0) return 'other';
  const type = /^TYPE=(.*)$/m.exec(stdout)?.[1];
  return FS_TYPES.find((one) => one === type) ?? 'other';
}

/** It says so in its superblock; the kernel never mounts such a one. */
async function isHalfMadeXfs(device: string, call: Call): Promise<boolean> {
  const args = ['-An', '-tu1', `-j${IN_PROGRESS}`, '-N1', device];
  const { exitCode, stdout } = await run('od', args, { signal: call.signal, timeoutMs: ASK_MS });
  return exitCode === 0 && stdout.trim() === '1';
}

async function bytesOf(device: string, call: Call): Promise<bigint> {
  const asked = { signal: call.signal, timeoutMs: ASK_MS };
  const { exitCode, stdout, stderr } = await run('blockdev', ['--getsize64', device], asked);
  if (exitCode === 0) return BigInt(stdout.trim());
  throw new Fault('unreachable', `the size of ${device} cannot be asked: ${toErrorText(stderr)}`);
}

/** Places of a MiB each: the first ones, that of ext4's first copy, eighths of the disk, and the last one. */
function samplesOf(bytes: bigint): readonly bigint[] {
  const last = bytes - BigInt(MIB);
  const first = Array.from({ length: 8 }, (_, index) => BigInt(index * MIB));
  const spread = Array.from({ length: 7 }, (_, index) => ((bytes / 8n) * BigInt(index + 1)) & ~0xfffn);
  const all = [...first, EXT4_COPY, ...spread, last].filter((offset) => offset >= 0n && offset <= last);
  return [...new Set(all)];
}

function isNothing(text: string): boolean {
  return /^\0+$/.test(text);
}

async function readAt(device: string, offset: bigint, call: Call): Promise<string> {
  const from = ['iflag=direct,skip_bytes', `skip=${offset}`, `bs=${MIB}`, 'count=1'];
  const args = [`if=${device}`, ...from, 'status=none'];
  const { exitCode, stdout, stderr } = await run('dd', args, { signal: call.signal, timeoutMs: ASK_MS });
  if (exitCode === 0 && stdout.length > 0) return stdout;
  throw new Fault('unreachable', `${device} cannot be read: ${toErrorText(stderr) || 'it is empty'}`);
}

async function allocatedBytes(file: string, call: Call): Promise<bigint> {
  const args = ['--cached=never', '--format=%b', '--', file];
  const { exitCode, stdout, stderr } = await run('stat', args, { signal: call.signal, timeoutMs: ASK_MS });
  if (exitCode === 0) return BigInt(stdout.trim()) * BLOCK;
  throw new Fault('unreachable', `${file} cannot be looked at: ${toErrorText(stderr)}`);
}
