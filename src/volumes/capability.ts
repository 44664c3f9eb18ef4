import { isFault } from '../control/fault.ts';
import { parseMountFlags } from './mount-flags.ts';

/** CSI's access modes. */
export const ACCESS_MODES = [
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'MULTI_NODE_READER_ONLY',
  'MULTI_NODE_SINGLE_WRITER',
  'MULTI_NODE_MULTI_WRITER',
  'SINGLE_NODE_SINGLE_WRITER',
  'SINGLE_NODE_MULTI_WRITER',
] as const;
export type AccessMode = (typeof ACCESS_MODES)[number];

const READER_MODES: readonly AccessMode[] = ['SINGLE_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY'];

/** True for modes that never write. */
export function isReaderMode(mode: AccessMode): boolean {
  return READER_MODES.includes(mode);
}

/** How somebody wants to use a volume: well-formed, and not yet known to be possible. */
export interface Capability {
  readonly mode: AccessMode;
  readonly access:
    | { readonly kind: 'block' }
    | {
        readonly kind: 'mount';
        readonly fsType: string;
        readonly mountFlags: readonly string[];
        readonly mountGroup: string;
      };
}

/** A file system: Gluster gives no other, and a StorageClass need not say so. */
const FS_TYPES = ['', 'glusterfs'];

/** Why a volume of kind `volume` cannot be used so; undefined when it can. All access modes are served. */
export function whyUnsupported({ access }: Capability): string | undefined {
  if (access.kind === 'block') {
    return 'block access is not served by a Gluster file system; ask for mount access (volumeMode: Filesystem)';
  }
  if (!FS_TYPES.includes(access.fsType)) {
    return `fs_type "${access.fsType.slice(0, 64)}" is not served; leave it out or give "glusterfs"`;
  }
  if (access.mountGroup !== '')
    return 'volume_mount_group is not served; leave it out (fsGroup is applied by kubelet)';
  try {
    parseMountFlags(access.mountFlags);
    return undefined;
  } catch (error) {
    if (isFault(error, 'invalid')) return error.message;
    throw error;
  }
}

/** The same for a view of a snapshot, which nobody writes. */
export function whyNotOfView(capability: Capability): string | undefined {
  return whyNotReader(capability.mode) ?? whyUnsupported(capability);
}

/** Why a view cannot be used in this mode; undefined when it can. */
export function whyNotReader(mode: AccessMode): string | undefined {
  if (isReaderMode(mode)) return undefined;
  return `${mode} is not served: the volume is a read-only view of a snapshot; ask for readers only (ReadOnlyMany), or restore the snapshot into a claim that may write`;
}
