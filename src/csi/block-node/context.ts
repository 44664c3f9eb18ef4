import type { BlockContext } from '../../staging/block/block-volume.ts';
import type { LunContext } from '../../staging/iscsi/lun-volume.ts';

/** What the block driver's node service works with. */
export interface BlockNodeContext extends BlockContext, LunContext {
  /** The node's name: the first part of its CSI id. */
  readonly nodeName: string;
  /** The addresses from which this node's clients reach the clusters' servers. Throws `unreachable`. */
  readonly addresses: () => Promise<readonly string[]>;
}

/** One request for a volume at a time: publishing may have to stage it anew. */
export function volumeKey(volumeId: string): string {
  return `volume/${volumeId}`;
}
