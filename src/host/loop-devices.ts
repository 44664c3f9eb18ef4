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

/** `BlockHost.loops` of this machine. */
export async function loopsOf(file: string, call: Call): Promise<readonly LoopDevice[]> {
  const { device } = topMount(await readMounts(), dirname(file)) ?? {};
  const found = await Promise.all((await attached()).map((one) => toLoop(one, { file, device }, call)));
  return found.filter((one) => one !== undefined);
}

/** `BlockHost.attachLoop` of this machine. */
export async function attachDirect(
  file: string,
  { readonly }: { readonly: boolean },
  call: Call,
): Promise<string> {
  const device = await attachLoop(file, { readonly });
  // The kernel falls back to its page cache without a word; then a write is acknowledged that no server has.
  if ((await readAttribute(device, 'loop/dio')) === '1') return device;
  await detach(device, call);
  throw new Fault(
    'unreachable',
    `${device} cannot use direct I/O on ${file}; mount its directory with direct-io-mode=enable`,
  );
}

/** `BlockHost.detachLoop` of this machine. */
export async function detach(device: string, call: Call): Promise<boolean> {
  const end = performance.now() + LET_GO_MS;
  if ((await backingFile(device)) === undefined) return true;
  await detachLoop(device);
  while ((await backingFile(device)) !== undefined) {
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

interface Attached {
  readonly path: string;
  readonly backing: string;
}

/** Of sysfs alone: asking the devices themselves makes the kernel ask the file system of each one's file. */
async function attached(): Promise<readonly Attached[]> {
  const names = (await readdir(SYSFS)).filter((name) => /^loop\d+$/.test(name));
  const all = await Promise.all(
    names.map(async (name) => ({ path: `/dev/${name}`, backing: await backingFile(`/dev/${name}`) })),
  );
  return all.flatMap(({ path, backing }) => (backing === undefined ? [] : [{ path, backing }]));
}

async function toLoop(
  { path, backing }: Attached,
  { file, device }: { readonly file: string; readonly device: string | undefined },
  call: Call,
): Promise<LoopDevice | undefined> {
  // A file whose mount namespace has ended, as a container's does, is shown without its mount point.
  if (backing !== file && backing !== `/${basename(file)}`) return undefined;
  const known = await askBackingDevice(path, call);
  if (known === undefined ? backing !== file : known !== device) return undefined;
  const isReadonly = (await readAttribute(path, 'ro')) === '1';
  return { path, isReadonly, isGoing: (await readAttribute(path, 'loop/autoclear')) === '1' };
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

async function backingFile(device: string): Promise<string | undefined> {
  return readAttribute(device, 'loop/backing_file');
}

/** Undefined for a device that is not attached. */
async function readAttribute(device: string, name: string): Promise<string | undefined> {
  const text = await readFile(`${SYSFS}/${basename(device)}/${name}`, 'utf8').catch(() => undefined);
  return text?.replace(/\n$/, '');
}
