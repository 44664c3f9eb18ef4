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

/** The CSI ids of the nodes that may attach it. */
export function toNodeIds({ published }: BlockVolume): string[] {
  return published.map(toNodeId);
}
