import type { Call } from '../../control/call.ts';
import type { FileSystemUsage } from '../host.ts';
import type { BlockContext, BlockVolume } from './block-volume.ts';
import { findByContent } from './find-staged.ts';

export type BlockUsage =
  | { readonly kind: 'mount'; readonly usage: FileSystemUsage }
  | { readonly kind: 'block'; readonly totalBytes: bigint };

/**
 * Bytes and inodes of the volume's file system, or the bytes of its device, at the path where it is staged or
 * published. Throws `not-found` when it is not mounted there, `unreachable`, `timed-out`.
 */
export async function blockStats(
  { host, clusters }: BlockContext,
  { volume, path }: { readonly volume: BlockVolume; readonly path: string },
  call: Call,
): Promise<BlockUsage> {
  const { content } = findByContent(await host.mounts(), volume, { path, clusters });
  if (content.fileSystem !== undefined)
    return { kind: 'mount', usage: await host.usage(content.target, call) };
  return { kind: 'block', totalBytes: await host.deviceBytes(content.loop, call) };
}
