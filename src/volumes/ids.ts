import { createHash } from 'node:crypto';
import { invalid } from '../control/fault.ts';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A cluster's name as configured: `[a-z0-9]` and `-`, 1 to 32 characters. */
export type ClusterName = Branded<string, 'ClusterName'>;
/** A Gluster volume's name: `[A-Za-z0-9_-]`, no leading dash, not `all`, 1 to 72 characters. */
export type VolumeName = Branded<string, 'VolumeName'>;

/** What a CSI volume id says. */
export interface VolumeHandle {
  readonly kind: 'volume';
  readonly cluster: ClusterName;
  readonly name: VolumeName;
}

/** What a cluster's name must match. */
export const CLUSTER_NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
const VOLUME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,71}$/;

export function parseClusterName(text: string, field = 'cluster'): ClusterName {
  if (!CLUSTER_NAME.test(text)) {
    throw invalid(field, 'a cluster name is 1 to 32 of a-z, 0-9 and "-", neither first nor last a dash');
  }
  return text as ClusterName;
}

export function parseVolumeName(text: string, field = 'volume name'): VolumeName {
  if (!isVolumeName(text)) {
    throw invalid(
      field,
      'a Gluster volume name is 1 to 72 of A-Z, a-z, 0-9, "_" and "-", does not begin with a dash and is not "all"',
    );
  }
  return text;
}

/** True for a name that a Gluster volume may have (see VolumeName). */
export function isVolumeName(text: string): text is VolumeName {
  return VOLUME.test(text) && text !== 'all';
}

/** The id that Kubernetes keeps: `gl1:volume:<cluster>:<name>`, at most 128 bytes, no server address in it. */
export function formatHandle(handle: VolumeHandle): string {
  return `gl1:${handle.kind}:${handle.cluster}:${handle.name}`;
}

/** Undefined when the text is no handle of ours: NOT_FOUND for most RPCs, success for deletes. */
export function parseHandle(text: string): VolumeHandle | undefined {
  const [version, kind, cluster, name, ...rest] = text.split(':');
  if (
    version !== 'gl1' ||
    kind !== 'volume' ||
    cluster === undefined ||
    name === undefined ||
    rest.length > 0
  )
    return undefined;
  if (!CLUSTER_NAME.test(cluster) || !isVolumeName(name)) return undefined;
  return { kind, cluster: cluster as ClusterName, name };
}

/**
 * The Gluster name for a CSI name: prefix and name when Gluster takes them as they are and they are short,
 * else what is left of the name and a hash of all of it. The same CSI name always gives the same volume.
 */
export function toVolumeName(csiName: string, prefix = ''): VolumeName {
  const plain = `${prefix}${csiName}`;
  if (isVolumeName(plain) && plain.length <= 64) return plain;
  const slug = csiName.replaceAll(/[^A-Za-z0-9_]+/g, '-').slice(0, 24);
  const hash = createHash('sha256').update(csiName).digest('hex').slice(0, 24);
  return parseVolumeName(
    `${prefix}${slug === '' || (prefix === '' && slug.startsWith('-')) ? 'v' : ''}${slug}-${hash}`,
  );
}
