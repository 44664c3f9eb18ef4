import { invalid } from '../../control/fault.ts';
import type { CreateVolumeGroupSnapshotRequest__Output } from '../../grpc/generated/csi/v1/CreateVolumeGroupSnapshotRequest.ts';
import type { CreateVolumeGroupSnapshotResponse } from '../../grpc/generated/csi/v1/CreateVolumeGroupSnapshotResponse.ts';
import type { Method } from '../../grpc/method.ts';
import type { Clusters, LocatedVolume } from '../../volumes/clusters.ts';
import { type CreateGroup, createGroup } from '../../volumes/create-group.ts';
import { type ClusterName, toVolumeName } from '../../volumes/ids.ts';
import { parseSnapshotParameters } from '../../volumes/snapshot-parameters.ts';
import { type ControllerContext, snapshotKey, volumeKey } from '../controller/context.ts';
import { locateVolume } from '../controller/create-snapshot.ts';
import { decodeName, decodeVolumeId } from '../decode.ts';
import { type ToldGroup, toGroupReply } from './group-reply.ts';

const FIELD = 'source_volume_ids';
/** All their bricks stand still until the last of them is copied. */
const MOST = 64;

interface Request extends CreateGroup {
  readonly cluster: ClusterName;
}

export function createGroupMethod({
  clusters,
  owner,
}: ControllerContext): Method<
  CreateVolumeGroupSnapshotRequest__Output,
  Request,
  ToldGroup,
  CreateVolumeGroupSnapshotResponse
> {
  return {
    decode({ name, sourceVolumeIds, parameters }) {
      const csiName = decodeName(name);
      const { namePrefix, claim } = parseSnapshotParameters(parameters);
      const { first, sources } = decodeSources(sourceVolumeIds, clusters);
      const { cluster, backend } = first;
      const group = { name: toVolumeName(csiName, namePrefix), namePrefix, csiName, owner, claim };
      return { ...group, cluster, backend, sources };
    },
    keys: ({ name, cluster, sources }) => [
      snapshotKey({ kind: 'group', cluster, name }),
      ...sources.map(volumeKey),
    ],
    run: async (request, call) => ({ ...(await createGroup(request, call)), cluster: request.cluster }),
    encode: (group) => ({ groupSnapshot: toGroupReply(group) }),
  };
}

function decodeSources(ids: readonly string[], clusters: Clusters) {
  const sources: LocatedVolume[] = ids.map((id, index) => {
    const field = `${FIELD}[${index}]`;
    return locateVolume(clusters, decodeVolumeId(id, field), field);
  });
  const [first] = sources;
  if (first === undefined) throw invalid(FIELD, 'is empty; at least one is required');
  if (sources.length > MOST) throw invalid(FIELD, `are ${sources.length}; give at most ${MOST}`);
  if (new Set(ids).size < ids.length) throw invalid(FIELD, 'name a volume twice; give each once');
  const other = sources.find(({ cluster }) => cluster !== first.cluster);
  if (other !== undefined) {
    throw invalid(
      FIELD,
      `are in clusters ${first.cluster} and ${other.cluster}, which do not stand still together; give volumes of one`,
    );
  }
  return { first, sources };
}
