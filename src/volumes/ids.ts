import { createHash } from 'node:crypto';
import { invalid } from '../control/fault.ts';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A cluster's name as configured: `[a-z0-9]` and `-`, 1 to 32 characters. */
export type ClusterName = Branded<string, 'ClusterName'>;
/** A Gluster volume's name: `[A-Za-z0-9_-]`, no leading dash, not `all`, 1 to 72 characters. */
export type VolumeName = Branded<string, 'VolumeName'>;

/** A directory of a volume: names of `[A-Za-z0-9._-]` with `/` between, none of them `.` or `..`. */
export type DirectoryPath = Branded<string, 'DirectoryPath'>;

/** A Gluster volume of its own. */
export interface VolumeHandle {
  readonly kind: 'volume';
  readonly cluster: ClusterName;
  readonly name: VolumeName;
}

/** A directory of a Gluster volume, in a PersistentVolume made by hand. */
export interface DirectoryHandle {
  readonly kind: 'subvol';
  readonly cluster: ClusterName;
  readonly name: VolumeName;
  readonly directory: DirectoryPath;
}

/** One claim's part in a read-only volume that all claims of a snapshot share: 16 hexadecimal digits. */
export type ViewId = Branded<string, 'ViewId'>;

/** A read-only view of a snapshot. `name` is the Gluster volume that it shares with others. */
export interface ViewHandle {
  readonly kind: 'view';
  readonly cluster: ClusterName;
  readonly name: VolumeName;
  readonly view: ViewId;
}

/** What a CSI volume id says. */
export type Handle = VolumeHandle | DirectoryHandle | ViewHandle;

/** A snapshot, or a group of snapshots of one moment. Their names lie in the name space of volumes. */
export interface SnapshotHandle {
  readonly kind: 'snap' | 'group';
  readonly cluster: ClusterName;
  readonly name: VolumeName;
}

/** The forms of a handle, for texts. */
export const HANDLE_FORMS =
  'gl1:volume:<cluster>:<volume>, or gl1:subvol:<cluster>:<volume>/<directory>[/<directory>…] with directories of ' +
  'A-Z, a-z, 0-9, ".", "_" and "-" that are neither "." nor "..", 128 bytes in all';

/** What a cluster's name must match. */
export const CLUSTER_NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
/** The CSI specification's bound on ids. */
const MAX_HANDLE_BYTES = 128;
const DIRECTORY = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,255}$/;
const VIEW = /^[0-9a-f]{16}$/;
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

export function parseDirectoryPath(text: string, field = 'directory'): DirectoryPath {
  if (!isDirectoryPath(text)) {
    throw invalid(
      field,
      'a directory of a volume is names of A-Z, a-z, 0-9, ".", "_" and "-" with "/" between, such as "team/data", none of them "." or ".."',
    );
  }
  return text;
}

function isDirectoryPath(text: string): text is DirectoryPath {
  return text.split('/').every((name) => DIRECTORY.test(name));
}

/**
 * The id that Kubernetes keeps: `gl1:volume:<cluster>:<name>`, `gl1:subvol:<cluster>:<name>/<directory>…` or
 * `gl1:view:<cluster>:<name>/<view>`, at most 128 bytes, no server address in it.
 */
export function formatHandle(handle: Handle): string {
  return `gl1:${handle.kind}:${handle.cluster}:${handle.name}${formatRest(handle)}`;
}

function formatRest(handle: Handle): string {
  if (handle.kind === 'volume') return '';
  return `/${handle.kind === 'view' ? handle.view : handle.directory}`;
}

/** Undefined when the text is no handle of ours: NOT_FOUND for most RPCs, success for deletes. */
export function parseHandle(text: string): Handle | undefined {
  if (text.length > MAX_HANDLE_BYTES) return undefined;
  const [version, kind, cluster = '', path = '', ...rest] = text.split(':');
  if (version !== 'gl1' || rest.length > 0 || !CLUSTER_NAME.test(cluster)) return undefined;
  const slash = path.indexOf('/');
  const name = slash < 0 ? path : path.slice(0, slash);
  if (!isVolumeName(name)) return undefined;
  const located = { cluster: cluster as ClusterName, name };
  if (kind === 'volume' && slash < 0) return { kind, ...located };
  const inside = path.slice(slash + 1);
  if (kind === 'subvol' && slash > 0 && isDirectoryPath(inside))
    return { kind, ...located, directory: inside };
  if (kind === 'view' && slash > 0 && isViewId(inside)) return { kind, ...located, view: inside };
  return undefined;
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

/** The same CSI name always gives the same view. */
export function toViewId(csiName: string): ViewId {
  return createHash('sha256').update(csiName).digest('hex').slice(0, 16) as ViewId;
}

export function isViewId(text: string): text is ViewId {
  return VIEW.test(text);
}

/** The id of a snapshot or of a group: `gl1:snap:<cluster>:<name>`, `gl1:group:<cluster>:<name>`. */
export function formatSnapshotHandle({ kind, cluster, name }: SnapshotHandle): string {
  return `gl1:${kind}:${cluster}:${name}`;
}

/** Undefined when the text is no handle of this kind of ours. */
export function parseSnapshotHandle(text: string, kind: SnapshotHandle['kind']): SnapshotHandle | undefined {
  if (text.length > MAX_HANDLE_BYTES) return undefined;
  const [version, given, cluster = '', name = '', ...rest] = text.split(':');
  if (version !== 'gl1' || given !== kind || rest.length > 0) return undefined;
  if (!CLUSTER_NAME.test(cluster) || !isVolumeName(name)) return undefined;
  return { kind, cluster: cluster as ClusterName, name };
}
