import { isFault } from '../../control/fault.ts';
import type { AccessMode, Capability } from '../capability.ts';
import type { BlockProvider } from './block-handle.ts';
import { parseBlockMountFlags } from './block-mount-flags.ts';

/** File systems that a block volume may be given; without a word the first. */
export const BLOCK_FS_TYPES = ['xfs', 'ext4'] as const;
export type BlockFsType = (typeof BLOCK_FS_TYPES)[number];

const SHARED: AccessMode = 'MULTI_NODE_MULTI_WRITER';
const MODES: readonly AccessMode[] = [
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'MULTI_NODE_READER_ONLY',
  'SINGLE_NODE_SINGLE_WRITER',
  'SINGLE_NODE_MULTI_WRITER',
];

/**
 * Why a block volume cannot be used so; undefined when it can. Several nodes may write a raw one where each is let in,
 * and cut off, by itself: a file system that two of them mounted would be destroyed.
 */
export function whyNotBlock(provider: BlockProvider): (capability: Capability) => string | undefined {
  return (capability) => whyNot(capability, provider);
}

function whyNot({ mode, access }: Capability, provider: BlockProvider): string | undefined {
  if (mode === SHARED && access.kind === 'block' && provider === 'lio') return undefined;
  if (!MODES.includes(mode)) {
    const raw =
      provider === 'lio' ? ' volumeMode Block' : ' kind block with volumeMode Block, of provider lio,';
    return `${mode} is not served: one node has the volume's disk, or several that only read it; ask for ReadWriteOnce, ReadWriteOncePod or ReadOnlyMany, or take${raw} or a class of file.csi.gluster.org for ReadWriteMany`;
  }
  if (access.kind === 'block') return undefined;
  if (access.fsType !== '' && !BLOCK_FS_TYPES.some((one) => one === access.fsType)) {
    return `fs_type "${access.fsType.slice(0, 64)}" is not served; give one of ${BLOCK_FS_TYPES.join(', ')}, or leave it out for ${BLOCK_FS_TYPES[0]}`;
  }
  if (access.mountGroup !== '')
    return 'volume_mount_group is not served; leave it out (fsGroup is applied by kubelet)';
  try {
    parseBlockMountFlags(access.mountFlags);
    return undefined;
  } catch (error) {
    if (isFault(error, 'invalid')) return error.message;
    throw error;
  }
}

/** True when other nodes may write it too. */
export function isShared({ mode }: Pick<Capability, 'mode'>): boolean {
  return mode === SHARED;
}

/** What a capability that is served wants as its file system; undefined: the device itself. */
export function fsTypeOf({ access }: Capability): BlockFsType | undefined {
  if (access.kind === 'block') return undefined;
  return BLOCK_FS_TYPES.find((one) => one === access.fsType) ?? BLOCK_FS_TYPES[0];
}

/** True for modes in which at most one node has the volume, whether it writes or not. */
export function isSingleNode(mode: AccessMode): boolean {
  return mode.startsWith('SINGLE_NODE_');
}
