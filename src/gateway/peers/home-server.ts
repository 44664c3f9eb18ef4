import * as z from 'zod';
import type { Call } from '../../control/call.ts';
import { recordText } from '../bricks/brick-record.ts';

const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,229}$/);

/** A volume's record, to be replaced if it is still the one that was read. */
export const recordExchange = z.strictObject({
  volume: name,
  /** Gluster's id of it: a name may come again. */
  id: z.string(),
  /** Absent: it had none, after `gluster volume reset`. */
  from: recordText.optional(),
  to: recordText,
  /** Options of the volume, set in the same command. */
  options: z.record(z.string(), z.string()),
});
export type RecordExchange = z.output<typeof recordExchange>;

/** A volume with this in its metadata, and no other of its name. */
export const markedVolume = z.strictObject({ volume: name, key: z.string(), value: z.string() });
export type MarkedVolume = z.output<typeof markedVolume>;
export const deletedReply = z.object({ existed: z.boolean() });

/**
 * The gateway at home with a volume, that of its first brick: changes that must not cross another gateway's are
 * made there, one at a time.
 */
export interface HomeServer {
  exchangeRecord(exchange: RecordExchange, call: Call): Promise<void>;
  deleteMarked(marked: MarkedVolume, call: Call): Promise<boolean>;
}
