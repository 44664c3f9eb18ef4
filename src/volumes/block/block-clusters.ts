import { Fault } from '../../control/fault.ts';
import { notConfigured } from '../clusters.ts';
import type { ClusterName } from '../ids.ts';
import type { BlockBackend } from './block-backend.ts';
import { type BlockHandle, parseBlockHandle } from './block-handle.ts';

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

function findBlock(
  clusters: BlockClusters,
  volumeId: string,
  kind: 'not-found' | 'wrong-state',
): LocatedBlock | undefined {
  const handle = parseBlockHandle(volumeId);
  if (handle === undefined) return undefined;
  const backend = clusters.get(handle.cluster);
  if (backend !== undefined) return { ...handle, backend };
  throw notConfigured(kind, handle, [...clusters.keys()]);
}
