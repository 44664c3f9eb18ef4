import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { type Content, type Disk, FS_TYPES } from '../staging/block/block-host.ts';
import { toErrorText } from './child-error.ts';
import { run } from './run.ts';

const ASK_MS = 20_000;
const MIB = 1024 * 1024;
/** What brick file systems may count for a file that holds nothing, such as blocks of its attributes. */
const MOST_OF_NOTHING = 128n * 1024n;
const BLOCK = 512n;

/**
 * `BlockHost.content` of this machine. blkid's "nothing found" (2) is also what it says of a device that it cannot
 * read, and of one whose first blocks were lost: so the device has to read as zeros at its beginning, and its file to
 * hold nothing.
 */
export async function contentOf({ device, file }: Disk, call: Call): Promise<Content> {
  const args = ['--probe', '--output', 'export', device];
  const { exitCode, stdout } = await run('blkid', args, { signal: call.signal, timeoutMs: ASK_MS });
  if (exitCode === 0) {
    const type = /^TYPE=(.*)$/m.exec(stdout)?.[1];
    return FS_TYPES.find((one) => one === type) ?? 'other';
  }
  const isZero = /^\0+$/.test(await readStart(device, call));
  return exitCode === 2 && isZero && (await allocatedBytes(file, call)) <= MOST_OF_NOTHING
    ? 'blank'
    : 'other';
}

async function readStart(device: string, call: Call): Promise<string> {
  const args = [`if=${device}`, 'iflag=direct', `bs=${MIB}`, 'count=1', 'status=none'];
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
