import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../control/fault.ts';
import { writeDurably } from '../../host/durable-file.ts';
import type { BrickKey, StoredBrick } from './brick-store.ts';

/** A brick's directory below `<device>/bricks`, and what lies in it. */
export const RECORD = 'brick.json';
export const IMAGE = 'image.xfs';
export const MOUNT_POINT = 'fs';
const BRICK = 'brick';

const VERSION = 1;
const bytes = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);
const ordinal = z.number().int().min(0).max(9999);
const volumeName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,229}$/);

/** The key of a brick as it comes from another gateway or from a file. */
export const brickKey = z.object({ volume: volumeName, subvol: ordinal, brick: ordinal });

/** What Gluster calls the volume of a snapshot, and its logical volumes begin with. */
export const glusterName = z.string().regex(/^[0-9A-Fa-f]{32}$/);

/** Longer than any record of a volume that glusterd 10 survives. */
const MAX_RECORD_BYTES = 4000;

/** The text of a volume's record as a brick keeps it. */
export const recordText = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= MAX_RECORD_BYTES, `is longer than ${MAX_RECORD_BYTES} bytes`);

/** What a brick says of a restore that is under way, in its record and to other gateways. */
export const brickRestore = z.object({
  snapshot: volumeName,
  token: z.string().min(1).max(512),
  state: z.enum(['preparing', 'prepared', 'closed', 'opening', 'open']),
  createdAt: z.number().int().nonnegative(),
});

/** Format 1 of brick.json, frozen (test/fixtures/brick-v1). */
const recordV1 = brickKey.extend({
  v: z.literal(VERSION),
  provisioner: z.enum(['loop', 'directory', 'lvm']),
  state: z.enum(['reserved', 'used', 'deleting']),
  token: z.string().min(1).max(512),
  dataBytes: bytes,
  accountBytes: bytes,
  createdAt: z.number().int().nonnegative(),
  record: recordText.exactOptional(),
  /** Since snapshots: what it was copied from, and whose blocks it shares. */
  origin: z
    .object({
      snapshot: volumeName,
      volume: volumeName,
      absent: z.array(ordinal),
      glusterName: glusterName.exactOptional(),
    })
    .exactOptional(),
  family: z.string().min(1).max(512).exactOptional(),
  restore: brickRestore.exactOptional(),
});

/** `<volume>.<subvol>.<brick>`: no volume name has a dot. */
export function formatKey(key: BrickKey): string {
  return `${key.volume}.${key.subvol}.${key.brick}`;
}

/** True for the directory name of a brick of the volume, readable or not. */
export function isKeyOf(name: string, volume: string): boolean {
  return name.slice(0, Math.max(name.indexOf('.'), 0)) === volume;
}

export function brickDirectory(device: string, key: BrickKey): string {
  return join(device, 'bricks', formatKey(key));
}

/** What gluster gets: below the mount point, so that an unmounted image is ENOENT and no empty brick. */
export function brickPath(device: string, key: BrickKey): string {
  return join(brickDirectory(device, key), MOUNT_POINT, BRICK);
}

/** True for a path that `brickPath` gives a brick of the volume, on whatever device. */
export function isPathOf(path: string, volume: string): boolean {
  const [brick, mountPoint, key = '', bricks] = path.split('/').reverse();
  return brick === BRICK && mountPoint === MOUNT_POINT && bricks === 'bricks' && isKeyOf(key, volume);
}

/**
 * Reads the record of the brick in a directory. Throws `wrong-state` when it is unreadable, of a newer
 * version, or of another brick than the directory's name says; nothing may then be done to the brick.
 */
export async function readRecord(directory: string): Promise<StoredBrick> {
  const record = await readDiscarded(directory);
  if (formatKey(record) === basename(directory)) return record;
  const path = join(directory, RECORD);
  throw new Fault('wrong-state', `${path} describes the brick ${formatKey(record)}; repair it by hand`);
}

/** The record of a brick whose directory has lost its name. Throws as `readRecord` does. */
export async function readDiscarded(directory: string): Promise<StoredBrick> {
  const path = join(directory, RECORD);
  const parsed = recordV1.safeParse(await readJson(path));
  if (!parsed.success)
    throw new Fault('wrong-state', `${path} is damaged: ${firstIssue(parsed.error)}; repair it by hand`);
  const { v: _version, ...record } = parsed.data;
  const device = dirname(dirname(directory));
  return { ...record, device, path: brickPath(device, record) };
}

/** Replaces the record in a directory, to last. */
export async function writeRecord(directory: string, brick: StoredBrick): Promise<void> {
  const { volume, subvol, provisioner, state, token, createdAt } = brick;
  const record = {
    v: VERSION,
    volume,
    subvol,
    brick: brick.brick,
    provisioner,
    state,
    token,
    dataBytes: String(brick.dataBytes),
    accountBytes: String(brick.accountBytes),
    createdAt,
    ...(brick.record === undefined ? {} : { record: brick.record }),
    ...(brick.origin === undefined ? {} : { origin: brick.origin }),
    ...(brick.family === undefined ? {} : { family: brick.family }),
    ...(brick.restore === undefined ? {} : { restore: brick.restore }),
  };
  await writeDurably(join(directory, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}

/** Throws `wrong-state` for a file that cannot be read, or is of a newer format. */
export async function readJson(path: string): Promise<unknown> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new Fault('wrong-state', `${path} cannot be read: ${reason}; repair it by hand`, { cause: error });
  }
  refuseNewer(path, json);
  return json;
}

/** Throws `wrong-state` for a format that a later version of this program wrote. */
export function refuseNewer(path: string, json: unknown): void {
  const version = z.object({ v: z.number() }).safeParse(json).data?.v;
  if (version !== undefined && version > VERSION)
    throw new Fault(
      'wrong-state',
      `${path} has format ${version}, this gateway knows ${VERSION}; upgrade it`,
    );
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'unreadable' : `${issue.path.join('.')} ${issue.message}`.trim();
}
