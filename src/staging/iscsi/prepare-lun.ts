import { type Call, checkpoint } from '../../control/call.ts';
import type { FsType } from '../block/block-host.ts';
import { checkFileSystem, requireWriter } from '../block/prepare-file-system.ts';
import type { IscsiHost } from './iscsi-host.ts';
import type { LunUse } from './lun-volume.ts';

/**
 * Sees to it that the device has a file system that can be mounted. One is made only on a device that is proved blank.
 * There is no mark of one that is being made, as virtblock has it beside the disk: kept on this node it could outlive
 * what another node wrote.
 */
export async function prepareLun(
  iscsi: IscsiHost,
  { use, device, fsType }: { readonly use: LunUse; readonly device: string; readonly fsType: FsType },
  call: Call,
): Promise<void> {
  const found = { id: use.volume.id, device, fsType, isReadonly: use.isReadonly };
  const content = await iscsi.lunContent(device, call);
  if (content !== 'blank') return checkFileSystem(iscsi, { ...found, content }, call);
  requireWriter(found);
  checkpoint(call);
  await iscsi.format(device, fsType, call);
}
