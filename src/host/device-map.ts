import { readdir } from 'node:fs/promises';
import { type Call, detached } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { run } from './run.ts';
import { attribute, blockBytes, namesIn } from './sysfs.ts';

const COMMAND_MS = 30_000;
const SYSFS = '/sys/block';
const SECTOR = 512n;
/** Of a loop device with direct I/O; a map has whole ones. */
const BLOCK = 4096n;
/** udev may be another container's, or nobody's: dmsetup makes the node itself, and waits for no one. */
const ALONE = { DM_DISABLE_UDEV: '1' };

/** A device that gives all of another one under a name that is there only while it is. */
export interface DeviceMap {
  readonly path: string;
  readonly bytes: bigint;
  /** The device beneath it; undefined when it has none, or several. */
  readonly below: string | undefined;
}

/** What a map is to be made of. */
export interface Beneath {
  readonly device: string;
  readonly bytes: bigint;
}

/** Undefined when there is none of the name. Reads sysfs alone. */
export async function findMap(name: string): Promise<DeviceMap | undefined> {
  const maps = (await readdir(SYSFS)).filter((entry) => entry.startsWith('dm-'));
  for (const entry of maps) {
    if ((await attribute(`${SYSFS}/${entry}/dm/name`)) !== name) continue;
    const below = await namesIn(`${SYSFS}/${entry}/slaves`);
    return {
      path: `/dev/mapper/${name}`,
      bytes: await blockBytes(entry),
      below: below.length === 1 ? `/dev/${below[0]}` : undefined,
    };
  }
  return undefined;
}

/** Names of those that begin so. */
export async function mapsNamed(prefix: string): Promise<readonly string[]> {
  const maps = (await readdir(SYSFS)).filter((entry) => entry.startsWith('dm-'));
  const names = await Promise.all(maps.map((entry) => attribute(`${SYSFS}/${entry}/dm/name`)));
  return names.filter((name) => name !== undefined).filter((name) => name.startsWith(prefix));
}

/** Throws `unreachable`, also for a device without a whole block: a map of nothing would be exported as a disk. */
export async function makeMap(name: string, { device, bytes }: Beneath, call: Call): Promise<void> {
  await dmsetup(['create', name], `make ${name} of ${device}`, call, tableOf(device, bytes));
}

/**
 * Puts the whole of this device in the place of what is beneath, or gives it its new size, while it is open. No
 * moment of it leaves the map suspended. Not flushed: what is beneath may be dead. `confirm` is asked while the map
 * holds the device, whose path is no other's then, and does not use it yet; what it throws leaves the map as it is.
 */
export async function switchMap(
  name: string,
  { device, bytes, confirm }: Beneath & { readonly confirm: () => Promise<void> },
  call: Call,
): Promise<void> {
  await dmsetup(['reload', name], `change ${name} to ${device}`, call, tableOf(device, bytes));
  try {
    await confirm();
  } catch (error) {
    await dmsetup(['clear', name], `leave ${name} as it is`, detached(call, COMMAND_MS));
    throw error;
  }
  await dmsetup(['resume', '--noflush', '--nolockfs', name], `resume ${name}`, call);
}

/** Absent is success. Throws `unreachable` while it is open. */
export async function removeMap(name: string, call: Call): Promise<void> {
  if ((await findMap(name)) === undefined) return;
  await dmsetup(['remove', '--retry', name], `remove ${name}`, call);
}

function tableOf(device: string, bytes: bigint): string {
  const sectors = (bytes - (bytes % BLOCK)) / SECTOR;
  if (sectors === 0n) throw new Fault('unreachable', `${device} has no bytes; is it attached?`);
  return `0 ${sectors} linear ${device} 0\n`;
}

async function dmsetup(args: readonly string[], what: string, { signal }: Call, input?: string) {
  const options = { signal, timeoutMs: COMMAND_MS, env: ALONE, ...(input === undefined ? {} : { input }) };
  const { exitCode, stderr } = await run('dmsetup', args, options);
  if (exitCode === 0) return;
  // Where udev runs it says first that it goes without.
  const reasons = stderr.split('\n').filter((line) => line.trim() !== '' && !/\budev\b/i.test(line));
  throw new Fault('unreachable', `cannot ${what}: ${reasons[0]?.trim() ?? 'dmsetup failed'}`);
}
