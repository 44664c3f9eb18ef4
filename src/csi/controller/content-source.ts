import { invalid } from '../../control/fault.ts';
import type {
  VolumeContentSource,
  VolumeContentSource__Output,
} from '../../grpc/generated/csi/v1/VolumeContentSource.ts';
import type { Clusters } from '../../volumes/clusters.ts';
import {
  type ClusterName,
  formatHandle,
  formatSnapshotHandle,
  parseSnapshotHandle,
} from '../../volumes/ids.ts';
import { locateSnapshot } from '../../volumes/locate-snapshot.ts';
import type { ContentSource } from '../../volumes/same-request.ts';
import { decodeVolumeId } from '../decode.ts';
import { locateVolume } from './create-snapshot.ts';

export interface LocatedSource extends ContentSource {
  readonly cluster: ClusterName;
}

/** Undefined when the volume is to be made empty. Throws `invalid`, and `not-found` for an id that is none of ours. */
export function decodeContentSource(
  wire: VolumeContentSource__Output | null,
  clusters: Clusters,
): LocatedSource | undefined {
  if (wire === null) return undefined;
  const field = 'volume_content_source';
  if (wire.type === 'snapshot' && wire.snapshot) {
    const id = decodeVolumeId(wire.snapshot.snapshotId, `${field}.snapshot.snapshot_id`);
    const { cluster, name } = locateSnapshot(clusters, id, 'snap');
    return { kind: 'snapshot', cluster, name, handle: formatSnapshotHandle({ kind: 'snap', cluster, name }) };
  }
  if (wire.type === 'volume' && wire.volume) {
    const volumeField = `${field}.volume.volume_id`;
    const id = decodeVolumeId(wire.volume.volumeId, volumeField);
    const { cluster, name } = locateVolume(clusters, id, volumeField);
    return { kind: 'volume', cluster, name, handle: formatHandle({ kind: 'volume', cluster, name }) };
  }
  throw invalid(field, 'is neither a snapshot nor a volume; give one of them');
}

/** What a volume was made from, as its metadata has it, for the CO. */
export function toContentSource(handle: string | undefined): VolumeContentSource | null {
  if (handle === undefined) return null;
  return parseSnapshotHandle(handle, 'snap') === undefined
    ? { volume: { volumeId: handle } }
    : { snapshot: { snapshotId: handle } };
}
