import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import type { Disk, LoopDevice } from '../staging/block/block-host.ts';
import { toErrorText } from './child-error.ts';
import { attachLoop, detachLoop, refreshLoop } from './loop.ts';
import { readMounts, topMount } from './mountinfo.ts';
import { run } from './run.ts';

const ASK_MS = 5_000;
/** Whoever opened the device for a moment, as udev does after a change and losetup for its list, keeps it for as long. */
const LET_GO_MS = 5_000;
const POLL_MS = 50;
const SYSFS = '/sys/block';
const SECTOR = 512n;

/** A device, and no other that has its path later. */
export type LoopIdentity = Pick<LoopDevice, 'path' | 'sequence'>;

/** `BlockHost.loops` of this machine. */
export async function loopsOf(file: string, call: Call): Promise<readonly LoopDevice[]> {
  // Of sysfs alone: asking all devices makes the kernel ask the file system of each one's file.
  const names = (await readdir(SYSFS)).filter((name) => /^loop\d+$/.test(name));
  const owner = await fileSystemOf(file);
  const found = await Promise.all(names.map((name) => lookAt({ device: `/dev/${name}`, file }, call)));
  return found.flatMap((one) => {
    if (one === undefined) return [];
    const { known, backing, loop } = one;
    return (known === undefined ? backing === file : known === owner) ? [loop] : [];
  });
}

/** `BlockHost.loopAt` of this machine. */
export async function loopAt(disk: Disk, call: Call): Promise<LoopDevice | undefined> {
  const owner = await fileSystemOf(disk.file);
  const { known, loop } = (await lookAt(disk, call)) ?? {};
  return known === undefined || owner === undefined || known === owner ? loop : undefined;
}

/** `BlockHost.attachLoop` of this machine. */
export async function attachDirect(
  file: string,
  { readonly }: { readonly: boolean },
  call: Call,
): Promise<LoopDevice> {
  const device = await attachLoop(file, { readonly });
  const loop = await loopAt({ device, file }, call);
  if (loop === undefined) {
    throw new Fault('busy', `${device} is not made of ${file} any more; retry`);
  }
  // The kernel falls back to its page cache without a word; then a write is acknowledged that no server has.
  if (loop.isDirect) return loop;
  await detach(loop, call);
  throw new Fault(
    'unreachable',
    `${device} cannot use direct I/O on ${file}; mount its directory with direct-io-mode=enable`,
  );
}

/** Of the device that has this path now. */
export async function identityOf(path: string): Promise<LoopIdentity> {
  return { path, sequence: await sequenceOf(path) };
}

/** `BlockHost.detachLoop` of this machine. */
export async function detach({ path, sequence }: LoopIdentity, call: Call): Promise<boolean> {
  const end = performance.now() + LET_GO_MS;
  const isThere = async () =>
    (await sequenceOf(path)) === sequence && (await backingFile(path)) !== undefined;
  if (!(await isThere())) return true;
  // One that goes may be gone, and its path another volume's, before losetup opens it.
  if (!(await isGoing(path))) await detachLoop(path);
  while (await isThere()) {
    if (performance.now() >= end || call.signal.aborted) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** `BlockHost.deviceBytes` of this machine. */
export async function deviceBytes(device: string): Promise<bigint> {
  const sectors = await readAttribute(device, 'size');
  if (sectors !== undefined && (await backingFile(device)) !== undefined) return BigInt(sectors) * SECTOR;
  throw new Fault('not-found', `${device} has no file`);
}

/** `BlockHost.growLoop` of this machine. */
export async function growLoop({ device, file }: Disk, call: Call): Promise<bigint> {
  // The loop driver takes the size that the kernel knows of, which asking past its caches renews.
  const asked = await run('stat', ['--cached=never', '--format=%s', '--', file], {
    signal: call.signal,
    timeoutMs: ASK_MS,
  });
  if (asked.exitCode !== 0) {
    throw new Fault('unreachable', `the size of ${file} cannot be asked: ${toErrorText(asked.stderr)}`);
  }
  const before = await deviceBytes(device);
  if (BigInt(asked.stdout.trim()) > before) await refreshLoop(device);
  return deviceBytes(device);
}

interface Seen {
  readonly loop: LoopDevice;
  readonly backing: string;
  /** Of its file's file system. */
  readonly known: string | undefined;
}

/** Undefined for a device whose file has another name. */
async function lookAt({ device: path, file }: Disk, call: Call): Promise<Seen | undefined> {
  // First: whatever is read of a device that takes its place is told as this one's, which is gone.
  const sequence = await sequenceOf(path);
  const backing = await backingFile(path);
  // A file whose mount namespace has ended, as a container's does, is shown without its mount point.
  if (backing === undefined || (backing !== file && backing !== `/${basename(file)}`)) return undefined;
  const known = await askBackingDevice(path, call);
  const isReadonly = (await readAttribute(path, 'ro')) === '1';
  const isDirect = (await readAttribute(path, 'loop/dio')) === '1';
  return {
    loop: { path, sequence, isReadonly, isGoing: await isGoing(path), isDirect },
    backing,
    known,
  };
}

/** "major:minor" of the one that is mounted at the file's parent. */
async function fileSystemOf(file: string): Promise<string | undefined> {
  return topMount(await readMounts(), dirname(file))?.device;
}

/** "major:minor" of the file system of its file; undefined when that cannot be told, as of a dead client's. */
async function askBackingDevice(path: string, call: Call): Promise<string | undefined> {
  // Not --raw: that writes the blanks with which this column is filled as \x20.
  const args = ['--list', '--noheadings', '--output', 'BACK-MAJ:MIN', path];
  try {
    const { exitCode, stdout } = await run('losetup', args, { signal: call.signal, timeoutMs: ASK_MS });
    const number = stdout.trim();
    return exitCode === 0 && /^\d+:\d+$/.test(number) ? number : undefined;
  } catch (error) {
    if (isFault(error, 'timed-out') && !call.signal.aborted) return undefined;
    throw error;
  }
}

/** The kernel adds "(deleted)" also where asking for the file failed once. */
async function backingFile(device: string): Promise<string | undefined> {
  return (await readAttribute(device, 'loop/backing_file'))?.replace(/ \(deleted\)$/, '');
}

async function isGoing(device: string): Promise<boolean> {
  return (await readAttribute(device, 'loop/autoclear')) === '1';
}

/** Kernels before 5.15 have none: there the path has to do. */
async function sequenceOf(device: string): Promise<string> {
  return (await readAttribute(device, 'diskseq')) ?? '';
}

/** Undefined for a device that is not attached. */
async function readAttribute(device: string, name: string): Promise<string | undefined> {
  const text = await readFile(`${SYSFS}/${basename(device)}/${name}`, 'utf8').catch(() => undefined);
  return text?.replace(/\n$/, '');
}
