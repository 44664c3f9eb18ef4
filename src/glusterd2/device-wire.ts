/** The messages of devices: the places for bricks of a peer; see `wire.ts`. */
import * as z from 'zod';
import { bytes, count, listOf } from './wire.ts';

export const device = z.object({
  device: z.string(),
  provisioner: z.string(),
  state: z.enum(['enabled', 'disabled']),
  'free-size': bytes,
  'total-size': bytes,
  'used-size': bytes,
  'extent-size': bytes,
  'device-used': z.boolean(),
  'peer-id': z.string(),
  /** Addition: images of snapshots, and what of used-size is promised to them. */
  snapshots: count.exactOptional(),
  'snapshot-size': bytes.exactOptional(),
  /** Addition: the file system that the device lies on, and what of it bricks and snapshots may still come to take. */
  'file-system-size': bytes.exactOptional(),
  'file-system-free': bytes.exactOptional(),
  'owed-size': bytes.exactOptional(),
  /** Addition: `filling` below a tenth of the file system; `overcommitted` when it has less than is owed. */
  space: z.enum(['enough', 'filling', 'overcommitted']).exactOptional(),
});
export type Device = z.output<typeof device>;
export const deviceList = listOf(device);
export const deviceAddRequest = z.strictObject({
  device: z.string(),
  provisioner: z.enum(['loop', 'directory', 'lvm']).exactOptional(),
});
export const deviceEditRequest = z.strictObject({ state: z.enum(['enabled', 'disabled']) });
