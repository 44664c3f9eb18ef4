import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { otherUses } from '../block/content-mount.ts';
import { takeAway } from '../block/take-away.ts';
import { findLun } from './find-lun.ts';
import { isDisk } from './is-disk.ts';
import type { IscsiHost } from './iscsi-host.ts';
import { toLunMount } from './lun-mount.ts';
import { type LunContext, type LunVolume, lunPlacesOf, type TargetNote } from './lun-volume.ts';

/**
 * Unmounts the volume's file system once everything is written, takes its device away, ends its sessions and removes
 * their records. Never staged there is success. Throws `wrong-state` while it is published here or in use, `timed-out`
 * when the target does not answer: what was not written could still be written afterwards, so it is not let go.
 */
export async function unstageLun(
  context: LunContext,
  place: { readonly volume: LunVolume; readonly stagingPath: string },
  call: Call,
): Promise<void> {
  const { iscsi } = context;
  const { volume, stagingPath } = place;
  const { note, content } = await findLun(context, place, call);
  const places = lunPlacesOf(stagingPath);
  const [use] =
    content === undefined ? [] : otherUses(await iscsi.mounts(), content, [places.volume, places.device]);
  if (use !== undefined) {
    throw new Fault(
      'wrong-state',
      `volume ${volume.id} is published at ${use.target}; unpublish it there first`,
    );
  }
  await takeAwayContent(context, stagingPath, call);
  if (note === undefined) return;
  checkpoint(call);
  await detachLun(iscsi, note, call);
  await iscsi.removeNote(places.note, call);
}

/** What pods' binds are made from; the device and its sessions stay. */
export async function takeAwayContent({ iscsi }: LunContext, stagingPath: string, call: Call): Promise<void> {
  const { volume, device } = lunPlacesOf(stagingPath);
  const binder = { host: iscsi, toContent: toLunMount };
  for (const target of [volume, device]) await takeAway(binder, { target, isDead: false }, call);
  await iscsi.removeFile(device, call);
  await iscsi.removeDirectory(volume, call);
}

/** The map first: it alone knows whether everything was written, and queues what its paths can no longer take. */
async function detachLun(iscsi: IscsiHost, note: TargetNote, call: Call): Promise<void> {
  const shown = (await iscsi.sessions(note.iqn, call)).flatMap(({ disks }) => disks);
  const paths = shown.map(({ device }) => device);
  const maps = (await iscsi.maps(call)).filter(
    // Without a path it may be anybody's who has lost theirs.
    (map) => isDisk(note, map) || (map.paths.length > 0 && map.paths.every((path) => paths.includes(path))),
  );
  const wwids = new Set([...maps, ...shown.filter((disk) => isDisk(note, disk))].map(({ wwid }) => wwid));
  for (const wwid of wwids) {
    if (await iscsi.removeMap(wwid, call)) continue;
    throw new Fault(
      'wrong-state',
      `the device of volume ${note.id} (${wwid}) is still in use on this node; end the containers that use it`,
    );
  }
  await iscsi.logOut({ iqn: note.iqn }, call);
}
