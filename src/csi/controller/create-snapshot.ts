import { invalid } from '../../control/fault.ts';
import type { CreateSnapshotRequest__Output } from '../../grpc/generated/csi/v1/CreateSnapshotRequest.ts';
import type { CreateSnapshotResponse } from '../../grpc/generated/csi/v1/CreateSnapshotResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { type Clusters, type LocatedVolume, locate } from '../../volumes/clusters.ts';
import { type CreateSnapshot, createSnapshot } from '../../volumes/create-snapshot.ts';
import { toVolumeName } from '../../volumes/ids.ts';
import type { ListedSnapshot } from '../../volumes/list-snapshots.ts';
import { parseSnapshotParameters } from '../../volumes/snapshot-parameters.ts';
import { decodeName, decodeVolumeId } from '../decode.ts';
import { type ControllerContext, snapshotKey, volumeKey } from './context.ts';
import { toSnapshotReply } from './snapshot-reply.ts';

/** accessibility_requirements are not read: the plugin says that it has no such constraints. */
export function createSnapshotMethod({
  clusters,
  owner,
}: ControllerContext): Method<
  CreateSnapshotRequest__Output,
  CreateSnapshot,
  ListedSnapshot,
  CreateSnapshotResponse
> {
  return {
    decode({ name, sourceVolumeId, parameters }) {
      const csiName = decodeName(name);
      const volumeId = decodeVolumeId(sourceVolumeId, 'source_volume_id');
      const { namePrefix, claim } = parseSnapshotParameters(parameters);
      const source = locateVolume(clusters, volumeId, 'source_volume_id');
      return { name: toVolumeName(csiName, namePrefix), csiName, source, owner, claim };
    },
    keys: ({ name, source }) => [
      snapshotKey({ kind: 'snap', cluster: source.cluster, name }),
      volumeKey(source),
    ],
    run: async (request, call) => ({
      ...(await createSnapshot(request, call)),
      cluster: request.source.cluster,
    }),
    encode: (snapshot) => ({ snapshot: toSnapshotReply(snapshot.cluster, snapshot) }),
  };
}

/** A whole volume: of a directory or a view there is no snapshot. Throws `not-found`, `invalid`. */
export function locateVolume(clusters: Clusters, volumeId: string, field: string): LocatedVolume {
  const volume = locate(clusters, volumeId);
  if (volume.kind === 'volume') return volume;
  throw invalid(
    field,
    volume.kind === 'view'
      ? 'is a read-only view of a snapshot; name the snapshot, or its source'
      : `is a directory, which cannot be snapshotted or cloned; name volume ${volume.name}`,
  );
}
