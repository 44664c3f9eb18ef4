import { Fault } from '../control/fault.ts';
import type { Backend } from './backend.ts';
import { type Clusters, notConfigured } from './clusters.ts';
import { parseSnapshotHandle, type SnapshotHandle } from './ids.ts';

export interface LocatedSnapshot extends SnapshotHandle {
  readonly backend: Backend;
}

/** Words for messages, and the field of the request, by kind. */
const WORDS = {
  snap: { field: 'snapshot_id', what: 'snapshots' },
  group: { field: 'group_snapshot_id', what: 'group snapshots' },
} as const;

/**
 * The cluster of a snapshot, or of a group. Throws `not-found` for what is no handle of ours, `wrong-state` for one
 * of a cluster that is not configured: it may well exist, and must not look deleted.
 */
export function locateSnapshot(
  clusters: Clusters,
  id: string,
  kind: SnapshotHandle['kind'],
): LocatedSnapshot {
  const located = locateSnapshotIfOurs(clusters, id, kind);
  if (located !== undefined) return located;
  const { field, what } = WORDS[kind];
  throw new Fault('not-found', `${field} "${id.slice(0, 128)}" is none of this driver's ${what}`);
}

/**
 * The same for deletes and listings, where an id that this driver cannot have given is one that is gone:
 * undefined. Throws `wrong-state` when it may well exist and only cannot be reached from here: with another
 * configuration, or by a newer version of the driver.
 */
export function locateSnapshotIfOurs(
  clusters: Clusters,
  id: string,
  kind: SnapshotHandle['kind'],
): LocatedSnapshot | undefined {
  const handle = parseSnapshotHandle(id, kind);
  if (handle === undefined) {
    const isNewer = /^gl(?!1:)\d+:[a-z]+:[a-z0-9-]+:.+$/.test(id);
    if (!isNewer) return undefined;
    throw new Fault(
      'wrong-state',
      `${WORDS[kind].field} "${id.slice(0, 128)}" is of another version of this driver`,
    );
  }
  const backend = clusters.get(handle.cluster);
  if (backend === undefined) throw notConfigured('wrong-state', handle, [...clusters.keys()]);
  return { ...handle, backend };
}
