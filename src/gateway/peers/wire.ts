/**
 * What gateways ask of each other, under /internal/v1/: one zod schema a message. Bytes are decimal texts, so
 * that none is rounded. Both sides are of one release; a newer field is refused by an older gateway, clearly.
 */
import * as z from 'zod';
import { brickRestore, glusterName, recordText } from '../bricks/brick-record.ts';

const bytes = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform((text) => BigInt(text));
const count = z.number().int().nonnegative();
const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,229}$/);
const path = z.string().startsWith('/').max(4096);
const token = z.string().min(1).max(255);
const provisioner = z.enum(['loop', 'directory', 'lvm']);
const deviceState = z.enum(['enabled', 'disabled']);

const brickKey = { volume: name, subvol: count, brick: count };
const origin = z.strictObject({
  snapshot: name,
  volume: name,
  absent: z.array(count),
  glusterName: glusterName.exactOptional(),
});
const brickRequest = z.strictObject({
  ...brickKey,
  device: path,
  provisioner,
  dataBytes: bytes,
  origin: origin.exactOptional(),
});
const storedBrick = z.object({
  ...brickKey,
  device: path,
  provisioner,
  dataBytes: bytes,
  state: z.enum(['reserved', 'used', 'deleting']),
  token: z.string(),
  path,
  accountBytes: bytes,
  createdAt: z.number(),
  record: recordText.exactOptional(),
  restore: brickRestore.exactOptional(),
});
export const storedDevice = z.object({
  path,
  source: path.exactOptional(),
  provisioner,
  state: deviceState,
  totalBytes: bytes,
  usedBytes: bytes,
  freeBytes: bytes,
  bricks: count,
  snapshots: count,
  snapshotBytes: bytes,
  sizeBytes: bytes,
  availableBytes: bytes,
  owedBytes: bytes,
});

export const nodeReport = z.object({
  peerId: z.string(),
  hostname: z.string(),
  zone: z.string().exactOptional(),
  devices: z.array(storedDevice),
  bricks: z.array(storedBrick),
});
export const reserveRequest = z.strictObject({ token, bricks: z.array(brickRequest).min(1).max(4096) });
export const reserveReply = z.array(storedBrick);
export const useRequest = z.strictObject({ volume: name, token, record: recordText });
export const recordRequest = z.strictObject({ volume: name, record: recordText });
export const tokenRequest = z.strictObject({ volume: name, token });
export const volumeRequest = z.strictObject({ volume: name });
export const growRequest = z.strictObject({
  volume: name,
  bricks: z.array(z.strictObject({ subvol: count, brick: count, dataBytes: bytes })).min(1),
});
export const pathsRequest = z.strictObject({ paths: z.array(path).min(1), create: z.boolean() });
export const deviceAdd = z.strictObject({ path, provisioner });
export const deviceSet = z.strictObject({ path, state: deviceState });
export const devicePath = z.strictObject({ path });
export const tokenReply = z.object({ held: z.boolean() });
export const eventsReply = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    data: z.record(z.string(), z.string()),
    origin: z.string(),
    timestamp: z.string(),
  }),
);
export const done = z.unknown();
