import { realpath } from 'node:fs/promises';
import * as z from 'zod';
import { Fault } from '../../../control/fault.ts';
import { isAbsent } from '../device-mark.ts';
import { reportLvm } from './lvm-command.ts';
import { GROUP_TAG } from './names.ts';

const bytes = z.string().regex(/^\d+$/).transform(BigInt);
/** A column that is empty for most logical volumes. */
const bytesOrNone = z.string().transform((text) => (/^\d+$/.test(text) ? BigInt(text) : 0n));

const group = z.object({ pv_name: z.string(), vg_name: z.string(), vg_tags: z.string() });
const volume = z.object({
  lv_name: z.string(),
  lv_size: bytes,
  pool_lv: z.string(),
  lv_metadata_size: bytesOrNone,
  thin_count: bytesOrNone,
  lv_active: z.string(),
  vg_size: bytes,
  vg_free: bytes,
});

/** A volume group that is a device of ours, and the disk that it lies on. */
export interface Group {
  readonly name: string;
  readonly disk: string;
}

export interface LogicalVolume {
  readonly name: string;
  readonly bytes: bigint;
  /** Empty for one that is no thin volume. */
  readonly pool: string;
  /** Of a pool; else 0. */
  readonly metadataBytes: bigint;
  /** Thin volumes in the pool. */
  readonly members: bigint;
  readonly isActive: boolean;
}

/** Our groups on those of the disks that this server's configuration names, by the names it gives them. */
export async function readGroups(disks: readonly string[]): Promise<readonly Group[]> {
  const wanted = new Map<string, string>();
  for (const disk of disks) wanted.set(await realPath(disk), disk);
  if (wanted.size === 0) return [];
  const rows = await report('pvs', ['pvs'], group);
  const found: Group[] = [];
  for (const row of rows) {
    if (!row.vg_tags.split(',').includes(GROUP_TAG)) continue;
    const disk = wanted.get(await realPath(row.pv_name));
    if (disk !== undefined) found.push({ name: row.vg_name, disk });
  }
  return found;
}

/**
 * A group's space, and its logical volumes, Gluster's snapshots too: one command. Throws `unreachable` when it is gone.
 */
export async function readGroup(name: string) {
  const rows = await report('lvs', ['lvs', name], volume);
  const volumes: readonly LogicalVolume[] = rows.map((row) => ({
    name: row.lv_name,
    bytes: row.lv_size,
    pool: row.pool_lv,
    metadataBytes: row.lv_metadata_size,
    members: row.thin_count,
    isActive: row.lv_active === 'active',
  }));
  // A group of ours has its records at least.
  return { sizeBytes: rows[0]?.vg_size ?? 0n, availableBytes: rows[0]?.vg_free ?? 0n, volumes };
}

export async function readVolumes(name: string): Promise<readonly LogicalVolume[]> {
  return (await readGroup(name)).volumes;
}

export async function findVolume(group: string, name: string): Promise<LogicalVolume | undefined> {
  return (await readVolumes(group)).find((one) => one.name === name);
}

type Command = 'pvs' | 'lvs';
const SECTIONS = { pvs: 'pv', lvs: 'lv' } as const;

async function report<T extends z.ZodObject>(
  command: Command,
  args: readonly string[],
  row: T,
): Promise<readonly z.output<T>[]> {
  const json = await reportLvm(args, Object.keys(row.shape), `read the volume groups with ${command}`);
  const section = SECTIONS[command];
  const form = z.object({ report: z.tuple([z.object({ [section]: z.array(row) })]) });
  const parsed = form.safeParse(json);
  if (!parsed.success)
    throw new Fault('unreachable', `${command} answers in an unknown form`, { cause: parsed.error });
  return parsed.data.report[0][section] ?? [];
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isAbsent(error)) return path;
    throw error;
  }
}
