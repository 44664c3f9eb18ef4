import { type ClusterName, isVolumeName, parseHandle, type VolumeName } from '../ids.ts';

/** How nodes reach a block volume's disk: by a file that they mount, or over iSCSI from a gateway. */
export const BLOCK_PROVIDERS = ['virtblock', 'lio', 'gluster-block'] as const;
export type BlockProvider = (typeof BLOCK_PROVIDERS)[number];

/** A block volume: a disk on a hosting volume. Its name is its own in the cluster. */
export interface BlockHandle {
  readonly provider: BlockProvider;
  readonly cluster: ClusterName;
  /** The Gluster volume that it lies on. */
  readonly hosting: VolumeName;
  readonly name: VolumeName;
}

export const BLOCK_HANDLE_FORM =
  'gl1:virtblock:<cluster>:<hosting volume>/<name> or gl1:block:<cluster>:<provider>/<hosting volume>/<name>, 128 bytes in all';

/** The CSI specification's bound on ids. */
const MAX_BYTES = 128;

/**
 * The id that Kubernetes keeps: `gl1:virtblock:<cluster>:<hosting volume>/<name>`, or
 * `gl1:block:<cluster>:<provider>/<hosting volume>/<name>`; no server address in it, nor a target's name.
 */
export function formatBlockHandle({ provider, cluster, hosting, name }: BlockHandle): string {
  const place = `${hosting}/${name}`;
  return provider === 'virtblock'
    ? `gl1:virtblock:${cluster}:${place}`
    : `gl1:block:${cluster}:${provider}/${place}`;
}

/** Undefined when the text is no handle of ours. */
export function parseBlockHandle(text: string): BlockHandle | undefined {
  if (text.length > MAX_BYTES) return undefined;
  const [, kind, cluster = '', path = ''] = /^gl1:(virtblock|block):([^:]*):([^:]*)$/.exec(text) ?? [];
  const parts = path.split('/');
  const provider = kind === 'block' ? parts.shift() : kind;
  const [hostingName = '', name = '', ...rest] = parts;
  const hosting = parseHandle(`gl1:volume:${cluster}:${hostingName}`);
  if (!isProvider(provider) || (provider === 'virtblock') !== (kind === 'virtblock')) return undefined;
  if (rest.length > 0 || hosting?.kind !== 'volume' || !isVolumeName(name)) return undefined;
  return { provider, cluster: hosting.cluster, hosting: hosting.name, name };
}

/** Of any text: that of what is no handle is refused elsewhere. */
export function providerOf(text: string): BlockProvider {
  return parseBlockHandle(text)?.provider ?? 'virtblock';
}

function isProvider(text: string | undefined): text is BlockProvider {
  return BLOCK_PROVIDERS.some((one) => one === text);
}

/** False when the handle is longer than Kubernetes may keep. */
export function canBeHandle(handle: BlockHandle): boolean {
  return formatBlockHandle(handle).length <= MAX_BYTES;
}
