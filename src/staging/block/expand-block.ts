import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { type BlockContext, type BlockVolume, placesOf } from './block-volume.ts';
import { findByContent } from './find-staged.ts';

export interface ExpandBlock {
  readonly volume: BlockVolume;
  /** Where the volume is staged or published. */
  readonly path: string;
  readonly requiredBytes: bigint;
}

/**
 * Gives the loop device the size that its disk has by now, and the file system the size of its device; resolves with
 * that. Already so is success. Throws `not-found` when the path does not carry the volume, `wrong-state` when the disk
 * is smaller than asked for: that is for the controller.
 */
export async function expandBlock(context: BlockContext, request: ExpandBlock, call: Call): Promise<bigint> {
  const { host, clusters } = context;
  const { volume, path, requiredBytes } = request;
  const { content, stagingPath } = findByContent(await host.mounts(), volume, { path, clusters });
  const { loop: device, fileSystem: fsType } = content;
  const bytes = await host.growLoop({ device, file: placesOf(stagingPath).disk }, call);
  if (bytes < requiredBytes) {
    throw new Fault(
      'wrong-state',
      `the disk of volume ${volume.id} has ${bytes} bytes, fewer than the ${requiredBytes} asked for; expand the volume first`,
    );
  }
  // Whoever only reads sees what is there when he mounts it anew.
  const isWritable = fsType !== undefined && !content.superOptions.includes('ro');
  if (isWritable) await host.growFileSystem({ device, fsType, target: content.target }, call);
  return bytes;
}
