import { type ClusterName, isVolumeName, parseHandle, type VolumeName } from '../ids.ts';

/** A block volume: a directory with a disk, on a hosting volume. Its name is its own in the cluster. */
export interface BlockHandle {
  readonly cluster: ClusterName;
  /** The Gluster volume that it lies on. */
  readonly hosting: VolumeName;
  readonly name: VolumeName;
}

export const BLOCK_HANDLE_FORM = 'gl1:virtblock:<cluster>:<hosting volume>/<name>, 128 bytes in all';

const PREFIX = 'gl1:virtblock:';
/** The CSI specification's bound on ids. */
const MAX_BYTES = 128;

/** The id that Kubernetes keeps: `gl1:virtblock:<cluster>:<hosting volume>/<name>`, no server address in it. */
export function formatBlockHandle({ cluster, hosting, name }: BlockHandle): string {
  return `${PREFIX}${cluster}:${hosting}/${name}`;
}

/** Undefined when the text is no handle of ours. */
export function parseBlockHandle(text: string): BlockHandle | undefined {
  if (text.length > MAX_BYTES || !text.startsWith(PREFIX)) return undefined;
  const [path = '', name = '', ...rest] = text.slice(PREFIX.length).split('/');
  const hosting = parseHandle(`gl1:volume:${path}`);
  if (rest.length > 0 || hosting?.kind !== 'volume' || !isVolumeName(name)) return undefined;
  return { cluster: hosting.cluster, hosting: hosting.name, name };
}

/** False when the handle is longer than Kubernetes may keep. */
export function canBeHandle(handle: BlockHandle): boolean {
  return formatBlockHandle(handle).length <= MAX_BYTES;
}
