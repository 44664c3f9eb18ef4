import { invalid } from '../../control/fault.ts';
import type {
  VolumeContentSource,
  VolumeContentSource__Output,
} from '../../grpc/generated/csi/v1/VolumeContentSource.ts';
import { type BlockClusters, locateBlock, locateBlockSnapshot } from '../../volumes/block/block-clusters.ts';
import { formatBlockHandle } from '../../volumes/block/block-handle.ts';
import type { BlockSource } from '../../volumes/block/block-snapshot.ts';
import {
  formatBlockSnapshotHandle,
  parseBlockSnapshotHandle,
} from '../../volumes/block/block-snapshot-handle.ts';
import type { ClusterName } from '../../volumes/ids.ts';
import { decodeVolumeId } from '../decode.ts';

export interface LocatedBlockSource extends BlockSource {
  readonly cluster: ClusterName;
  readonly handle: string;
}

/** Undefined when the volume begins empty. Throws `invalid`, and `not-found` for an id that is none of ours. */
export function decodeBlockSource(
  wire: VolumeContentSource__Output | null,
  clusters: BlockClusters,
): LocatedBlockSource | undefined {
  if (wire === null) return undefined;
  const field = 'volume_content_source';
  if (wire.type === 'snapshot' && wire.snapshot) {
    const id = decodeVolumeId(wire.snapshot.snapshotId, `${field}.snapshot.snapshot_id`);
    const { provider, cluster, hosting, name } = locateBlockSnapshot(clusters, id);
    const place = { provider, cluster, hosting, name };
    return { kind: 'snapshot', ...place, handle: formatBlockSnapshotHandle(place) };
  }
  if (wire.type === 'volume' && wire.volume) {
    const id = decodeVolumeId(wire.volume.volumeId, `${field}.volume.volume_id`);
    const { provider, cluster, hosting, name } = locateBlock(clusters, id);
    const place = { provider, cluster, hosting, name };
    return { kind: 'volume', ...place, handle: formatBlockHandle(place) };
  }
  throw invalid(field, 'is neither a snapshot nor a volume; give one of them');
}

/** What a block volume was made of, as its metadata has it, for the CO. */
export function toBlockContentSource(handle: string | undefined): VolumeContentSource | null {
  if (handle === undefined) return null;
  return parseBlockSnapshotHandle(handle) === undefined
    ? { volume: { volumeId: handle } }
    : { snapshot: { snapshotId: handle } };
}
