import { type BlockHandle, formatBlockHandle, parseBlockHandle } from './block-handle.ts';

const PREFIX = 'gl1:virtsnap:';
const VOLUME_PREFIX = 'gl1:virtblock:';

/** The id of a snapshot of a block volume, like that of a volume: `gl1:virtsnap:<cluster>:<hosting volume>/<name>`. */
export function formatBlockSnapshotHandle(handle: Omit<BlockHandle, 'provider'>): string {
  return `${PREFIX}${formatBlockHandle({ ...handle, provider: 'virtblock' }).slice(VOLUME_PREFIX.length)}`;
}

/** Undefined when the text is no handle of ours. */
export function parseBlockSnapshotHandle(text: string): BlockHandle | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  return parseBlockHandle(`${VOLUME_PREFIX}${text.slice(PREFIX.length)}`);
}
