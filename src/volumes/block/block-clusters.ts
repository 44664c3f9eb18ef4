import { Fault } from '../../control/fault.ts';
import { notConfigured } from '../clusters.ts';
import type { ClusterName } from '../ids.ts';
import type { BlockBackend } from './block-backend.ts';
import { type BlockHandle, parseBlockHandle } from './block-handle.ts';
import { parseBlockSnapshotHandle } from './block-snapshot-handle.ts';

/** The configured clusters, by name. */
export type BlockClusters = ReadonlyMap<ClusterName, BlockBackend>;

export interface LocatedBlock extends BlockHandle {
  readonly backend: BlockBackend;
}

/** The volume's cluster. Throws `not-found` for what is no handle of ours or of a cluster that is not configured. */
export function locateBlock(clusters: BlockClusters, volumeId: string): LocatedBlock {
  const located = findBlock(clusters, volumeId, 'not-found');
  if (located !== undefined) return located;
  throw new Fault('not-found', `volume_id "${volumeId.slice(0, 128)}" is none of this driver's volumes`);
}

/**
 * The same where a volume that is gone is success: undefined for an id that this driver cannot have given. Throws
 * `wrong-state` when the volume may well exist and only cannot be reached from here.
 */
export function locateGone(clusters: BlockClusters, volumeId: string): LocatedBlock | undefined {
  const located = findBlock(clusters, volumeId, 'wrong-state');
  if (located !== undefined || !/^gl\d+:[a-z]+:[a-z0-9-]+:.+$/.test(volumeId)) return located;
  throw new Fault(
    'wrong-state',
    `volume_id "${volumeId.slice(0, 128)}" is of another driver or version than this; use that`,
  );
}

/** As `locateBlock`, of a snapshot. */
export function locateBlockSnapshot(clusters: BlockClusters, snapshotId: string): LocatedBlock {
  const located = locateGoneSnapshot(clusters, snapshotId);
  if (located !== undefined) return located;
  throw new Fault(
    'not-found',
    `snapshot_id "${snapshotId.slice(0, 128)}" is none of this driver's snapshots`,
  );
}

/** As `locateGone`, of a snapshot: one that is gone is success, or lists nothing. */
export function locateGoneSnapshot(clusters: BlockClusters, snapshotId: string): LocatedBlock | undefined {
  const handle = parseBlockSnapshotHandle(snapshotId);
  if (handle !== undefined) return withBackend(clusters, handle, 'wrong-state');
  if (!/^gl(?!1:)\d+:[a-z]+:[a-z0-9-]+:.+$/.test(snapshotId)) return undefined;
  throw new Fault(
    'wrong-state',
    `snapshot_id "${snapshotId.slice(0, 128)}" is of another version of this driver`,
  );
}

function findBlock(
  clusters: BlockClusters,
  volumeId: string,
  kind: 'not-found' | 'wrong-state',
): LocatedBlock | undefined {
  const handle = parseBlockHandle(volumeId);
  return handle === undefined ? undefined : withBackend(clusters, handle, kind);
}

function withBackend(
  clusters: BlockClusters,
  handle: BlockHandle,
  kind: 'not-found' | 'wrong-state',
): LocatedBlock {
  const backend = clusters.get(handle.cluster);
  if (backend !== undefined) return { ...handle, backend };
  throw notConfigured(kind, handle, [...clusters.keys()]);
}
