import * as z from 'zod';
import type { Call } from '../../control/call.ts';
import { iscsiPublication, iscsiPublishRequest } from '../../glusterd2/iscsi-wire.ts';

const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,229}$/);

/** A block volume on its hosting volume. */
export const exportRef = z.strictObject({ volume: name, name });
export type ExportRef = z.output<typeof exportRef>;

export const exportAllow = z.strictObject({ ...exportRef.shape, publication: iscsiPublishRequest });
export const exportForbid = z.strictObject({ ...exportRef.shape, node: z.string().exactOptional() });
export const exportReady = z.object({ addresses: z.array(z.string()).min(1) });
/** How initiators reach it; without secrets. */
export const exportView = z.object({
  portals: z.array(z.string()),
  iqn: z.string(),
  wwn: z.string(),
  published: z.array(iscsiPublication),
});
export type ExportView = z.output<typeof exportView>;

/**
 * What one server of the pool does as the exporter of block volumes. All but `prepare` and `release` throw `busy`
 * when the record of the hosting volume has another exporter.
 */
export interface ExportServer {
  /**
   * Ends what it has left of an export that it was cut off from, and tells its clients' addresses towards the bricks.
   * To be asked before it is made the exporter. Throws `unreachable` where that cannot be.
   */
  prepare(ref: ExportRef, call: Call): Promise<readonly string[]>;
  /** Exports it to those that its state names. */
  build(ref: ExportRef, call: Call): Promise<ExportView>;
  /** Lets an initiator log in. Throws as `withNode`. */
  allow(allowed: z.output<typeof exportAllow>, call: Call): Promise<ExportView>;
  /**
   * Ends the sessions of a node, or of all, and lets it in no more. After the last one the block volume is exported
   * no more, by the record too.
   */
  forbid(forbidden: z.output<typeof exportForbid>, call: Call): Promise<void>;
  /** Gives initiators the size of the file. */
  grow(ref: ExportRef, call: Call): Promise<void>;
  /** Stops exporting it, since another server is about to, or does. Nothing there is success. */
  release(ref: ExportRef, call: Call): Promise<void>;
}
