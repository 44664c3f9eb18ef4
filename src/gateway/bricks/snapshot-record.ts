import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../control/fault.ts';
import { writeDurably } from '../../host/durable-file.ts';
import { brickKey, formatKey, readJson } from './brick-record.ts';
import { namesIn } from './device-paths.ts';
import type { SnapshotFacts, StoredSnapshot } from './snapshot-store.ts';

/** Directory of a device's snapshots, and the record in each; the image is named as a brick's. */
export const SNAPSHOTS = 'snapshots';
const RECORD = 'snapshot.json';

const bytes = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);
const count = z.number().int().min(0).max(9999);
const name = brickKey.shape.volume;
const text = z.string().max(4096);
const textMap = z.record(z.string(), text);

/** What a record, and a message between gateways, says of the whole snapshot. */
export const snapshotFacts = z.object({
  snapshot: name,
  volume: name,
  volumeId: z.uuid(),
  capacity: bytes,
  provisioner: z.enum(['loop', 'lvm']).exactOptional(),
  counts: z.object({
    replica: count,
    arbiter: z.union([z.literal(0), z.literal(1)]),
    disperse: count,
    redundancy: count,
    subvols: count.min(1),
  }),
  options: textMap,
  metadata: textMap,
  description: text,
  group: z.object({ name, metadata: textMap, size: count.min(1) }).nullish(),
  members: z
    .array(z.object({ subvol: count, brick: count, peerId: z.uuid(), isPresent: z.boolean() }))
    .min(1)
    .max(4096),
});

/** Format 1 of snapshot.json. */
export const storedSnapshot = snapshotFacts.extend({
  subvol: count,
  brick: count,
  device: z.string().startsWith('/'),
  state: z.enum(['taking', 'taken', 'deleting']),
  token: z.string().min(1).max(512),
  dataBytes: bytes,
  accountBytes: bytes,
  createdAt: z.number().int().nonnegative(),
  family: z.string().min(1).max(512),
});
const recordV1 = storedSnapshot.omit({ device: true }).extend({ v: z.literal(1) });

export function snapshotDirectory(
  device: string,
  key: Pick<StoredSnapshot, 'snapshot' | 'subvol' | 'brick'>,
): string {
  return join(device, SNAPSHOTS, formatKey({ volume: key.snapshot, subvol: key.subvol, brick: key.brick }));
}

/** As `group` is in the domain's types. */
export function toFacts(parsed: z.output<typeof snapshotFacts>): SnapshotFacts {
  return { ...parsed, group: parsed.group ?? undefined };
}

export function toStored(parsed: z.output<typeof storedSnapshot>): StoredSnapshot {
  return { ...parsed, group: parsed.group ?? undefined };
}

/** JSON's form: bytes as decimal text. */
export function toJson<T extends SnapshotFacts>(snapshot: T) {
  return JSON.parse(
    JSON.stringify(snapshot, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ) as Record<string, unknown>;
}

/** Throws `wrong-state` for a record that is damaged, newer, or of another directory. */
export async function readSnapshot(directory: string): Promise<StoredSnapshot> {
  const path = join(directory, RECORD);
  const parsed = recordV1.safeParse(await readJson(path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Fault(
      'wrong-state',
      `${path} is damaged: ${issue?.path.join('.')} ${issue?.message}; repair it by hand`,
    );
  }
  const { v: _version, ...record } = parsed.data;
  const found = toStored({ ...record, device: dirname(dirname(directory)) });
  if (snapshotDirectory(found.device, found) !== directory)
    throw new Fault(
      'wrong-state',
      `${path} describes another than ${basename(directory)}; repair it by hand`,
    );
  return found;
}

export async function writeSnapshot(directory: string, snapshot: StoredSnapshot): Promise<void> {
  const { device: _device, ...record } = snapshot;
  await writeDurably(join(directory, RECORD), `${JSON.stringify({ v: 1, ...toJson(record) }, null, 2)}\n`);
}

/** Directories of all snapshots on a device, readable or not. */
export async function snapshotDirectories(device: string): Promise<readonly string[]> {
  return (await namesIn(join(device, SNAPSHOTS))).map((one) => join(device, SNAPSHOTS, one));
}
