import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { findLunAt } from './find-lun.ts';
import type { LunContext, LunVolume } from './lun-volume.ts';

export interface ExpandLun {
  readonly volume: LunVolume;
  /** Where the volume is staged or published. */
  readonly path: string;
  readonly requiredBytes: bigint;
}

/**
 * Gives the paths, the multipath device and the file system the size that the disk has by now; resolves with that.
 * Already so is success. Throws `not-found` when the path does not carry the volume, `wrong-state` when the disk is
 * smaller than asked for: that is for the controller.
 */
export async function expandLun(context: LunContext, request: ExpandLun, call: Call): Promise<bigint> {
  const { iscsi } = context;
  const { volume, requiredBytes } = request;
  const { note, content, map } = await findLunAt(context, request, call);
  await iscsi.rescan(note.iqn, call);
  checkpoint(call);
  const bytes = await iscsi.growMap(map.wwid, call);
  if (bytes < requiredBytes) {
    throw new Fault(
      'wrong-state',
      `the disk of volume ${volume.id} has ${bytes} bytes, fewer than the ${requiredBytes} asked for; expand the volume first`,
    );
  }
  const { fileSystem: fsType, target } = content;
  // Whoever only reads sees what is there when he mounts it anew.
  const isWritable = fsType !== undefined && !content.superOptions.includes('ro');
  if (isWritable) await iscsi.growFileSystem({ device: map.device, fsType, target }, call);
  return bytes;
}
