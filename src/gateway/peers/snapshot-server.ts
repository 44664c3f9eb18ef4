import { Fault } from '../../control/fault.ts';
import type { SnapshotStore } from '../bricks/snapshot-store.ts';

/** The snapshots of one server's bricks, as the coordinator sees them; see SnapshotStore. */
export type SnapshotServer = Omit<SnapshotStore, 'isFrozen'>;

/** A server that makes none. */
export const noSnapshots: SnapshotServer = {
  find: async () => [],
  prepare: refuse,
  freeze: refuse,
  take: refuse,
  thaw: async () => false,
  commit: refuse,
  forget: async () => undefined,
  markDeleting: async () => undefined,
  remove: async () => undefined,
};

async function refuse(): Promise<never> {
  throw new Fault('unsupported', 'this server makes no snapshots');
}
