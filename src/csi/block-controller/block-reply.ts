import type { Volume } from '../../grpc/generated/csi/v1/Volume.ts';
import type { BlockVolume } from '../../volumes/block/block-backend.ts';
import { formatBlockHandle } from '../../volumes/block/block-handle.ts';
import { toNodeId } from '../../volumes/block/node-id.ts';
import type { ClusterName } from '../../volumes/ids.ts';
import { KEYS } from '../../volumes/metadata.ts';
import { toBlockContentSource } from './content-source.ts';

export interface ToldBlock extends BlockVolume {
  readonly cluster: ClusterName;
}

/** A block volume as the CO is told of it; the handle says where it is, so its context is empty. */
export function toBlockReply(volume: ToldBlock): Volume {
  return {
    volumeId: formatBlockHandle(volume),
    capacityBytes: String(volume.capacityBytes),
    volumeContext: {},
    contentSource: toBlockContentSource(volume.metadata[KEYS.source]),
  };
}

/**
 * The CSI ids of the nodes that may attach it. Servers keep of a node what they need to know, which is less than its
 * id; who asks compares whole ids, and has a volume published once more whose node's id is another than it gave.
 */
export function toNodeIds({ published }: BlockVolume, nodeIds: ReadonlyMap<string, string>): string[] {
  return published.map((publication) => {
    const { name, addresses } = publication;
    const known = nodeIds.get(name);
    const isSame = addresses.length === 0 || known?.split('@')[1] === addresses.join(',');
    return isSame && known !== undefined ? known : toNodeId(publication);
  });
}
