import type { CreateSnapshotRequest__Output } from '../../grpc/generated/csi/v1/CreateSnapshotRequest.ts';
import type { CreateSnapshotResponse } from '../../grpc/generated/csi/v1/CreateSnapshotResponse.ts';
import type { Method } from '../../grpc/method.ts';
import { locateBlock } from '../../volumes/block/block-clusters.ts';
import { type CreateBlockSnapshot, createBlockSnapshot } from '../../volumes/block/create-block-snapshot.ts';
import type { ListedBlockSnapshot } from '../../volumes/block/list-block-snapshots.ts';
import { toVolumeName } from '../../volumes/ids.ts';
import { parseSnapshotParameters } from '../../volumes/snapshot-parameters.ts';
import { decodeName, decodeVolumeId } from '../decode.ts';
import { type BlockControllerContext, blockKey, blockSnapshotKey } from './context.ts';
import { toBlockSnapshotReply } from './snapshot-reply.ts';

/** accessibility_requirements are not read: the plugin says that it has no such constraints. */
export function createSnapshotMethod({
  clusters,
  owner,
}: BlockControllerContext): Method<
  CreateSnapshotRequest__Output,
  CreateBlockSnapshot,
  ListedBlockSnapshot,
  CreateSnapshotResponse
> {
  return {
    decode({ name, sourceVolumeId, parameters }) {
      const csiName = decodeName(name);
      const volumeId = decodeVolumeId(sourceVolumeId, 'source_volume_id');
      const { namePrefix, claim } = parseSnapshotParameters(parameters);
      const source = locateBlock(clusters, volumeId);
      return { name: toVolumeName(csiName, namePrefix), csiName, source, owner, claim };
    },
    keys: ({ name, source }) => [blockSnapshotKey({ cluster: source.cluster, name }), blockKey(source)],
    run: async (request, call) => ({
      ...(await createBlockSnapshot(request, call)),
      cluster: request.source.cluster,
    }),
    encode: (snapshot) => ({ snapshot: toBlockSnapshotReply(snapshot) }),
  };
}
