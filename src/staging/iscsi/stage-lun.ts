import { type Call, checkpoint, detached } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { FsType } from '../block/block-host.ts';
import type { ContentMount } from '../block/content-mount.ts';
import { describeDifference, isServing, showContent } from '../block/show-content.ts';
import { undoStage } from '../block/undo-stage.ts';
import type { Mount } from '../host.ts';
import { attachLun, mapDisks } from './attach-lun.ts';
import { findLun, findMapOf } from './find-lun.ts';
import type { Lun, LunMap } from './iscsi-host.ts';
import { isOfMap } from './lun-mount.ts';
import {
  formatNote,
  type LunContext,
  type LunUse,
  lunPlace,
  lunPlacesOf,
  type StageLun,
  type TargetNote,
} from './lun-volume.ts';
import { prepareLun } from './prepare-lun.ts';
import { takeAwayContent, unstageLun } from './unstage-lun.ts';

const UNDO_MS = 90_000;

/**
 * Logs in to the volume's target, makes a multipath device of its disk, and mounts the file system on it, or shows the
 * device, below the staging path. There already as asked for is success; what gives errors for good, also of an earlier
 * target, is taken away first. Throws `conflict`, `wrong-state`, `denied`, `unreachable`, `timed-out`. A failure leaves nothing, or is `uncertain`.
 */
export async function stageLun(context: LunContext, use: StageLun, call: Call): Promise<void> {
  await leaveDead(context, use, call);
  if (await isStaged(context, use, call)) return;
  const { iscsi } = context;
  const { volume, stagingPath, lun } = use;
  try {
    // First of all: what is begun has to be known to whoever ends it.
    await iscsi.writeNote(lunPlacesOf(stagingPath).note, formatNote({ ...lun, id: volume.id }), call);
    checkpoint(call);
    await show(context, { use, map: await attachLun(iscsi, use, call) }, call);
  } catch (error) {
    await undoStage({ id: use.volume.id, cause: error }, () =>
      unstageLun(context, use, detached(call, UNDO_MS)),
    );
    throw error;
  }
}

/**
 * The servers may have made another target since, when they took the disk from this node or moved it. What is left of
 * the old one is ended; after a boot nobody else would. One that still works is left, and is a conflict.
 */
async function leaveDead(context: LunContext, use: LunUse, call: Call): Promise<void> {
  const { note, content } = await findLun(context, use, call);
  if (note === undefined || isFrom(note, use.lun)) return;
  if (content !== undefined && (await isServing(context.iscsi, content, call))) return;
  await unstageLun(context, use, call);
}

function isFrom(note: TargetNote, { iqn, wwn }: Lun): boolean {
  return note.iqn === iqn && note.wwn === wwn;
}

/**
 * The same for a volume that is staged as far as the CO knows, with the sessions that there are: a failure leaves what
 * was done, for the retry to go on with.
 */
export async function restageLun(context: LunContext, use: LunUse, call: Call): Promise<void> {
  if (await isStaged(context, use, call)) return;
  await show(context, { use, map: await mapDisks(context.iscsi, use, call) }, call);
}

/** True when it is there and works. What works no more is taken away; the sessions stay. */
async function isStaged(context: LunContext, use: LunUse, call: Call): Promise<boolean> {
  const { iscsi } = context;
  const { volume, stagingPath, lun } = use;
  const { note, content, map } = await findLun(context, use, call);
  await requireSole(context, use, call);
  const isSame = note !== undefined && isFrom(note, lun);
  if (note !== undefined && !isSame) {
    throw new Fault('conflict', `volume ${volume.id} is staged from target ${note.iqn}; unstage it first`);
  }
  if (content === undefined) return false;
  const isWhole = isSame && isShownBy(content, map) && (await isServing(iscsi, content, call));
  if (!isWhole) {
    await takeAwayContent(context, stagingPath, call);
    return false;
  }
  const difference = describeDifference(content, { ...use, place: lunPlace(use) });
  if (difference === undefined) return true;
  throw new Fault('conflict', `volume ${volume.id} is staged otherwise: ${difference}; unstage it first`);
}

function isShownBy(content: ContentMount, map: LunMap | undefined): boolean {
  return map !== undefined && isOfMap(content, map);
}

/** Two file systems of one disk would destroy each other; the second unstage would take the first one's disk. */
async function requireSole(
  { iscsi }: LunContext,
  { volume, stagingPath, lun }: LunUse,
  call: Call,
): Promise<void> {
  const map = await findMapOf(iscsi, lun, call);
  if (map === undefined) return;
  const { note, ...places } = lunPlacesOf(stagingPath);
  const mounts = (await iscsi.mounts()).filter((mount) => isOfMap(mount, map));
  const isOurs = mounts.some(({ target }) => Object.values(places).some((place) => target.endsWith(place)));
  const [other] = mounts;
  if (other === undefined || isOurs) return;
  throw new Fault('wrong-state', `volume ${volume.id} is mounted at ${other.target}; unstage it there first`);
}

async function show(
  { iscsi }: LunContext,
  { use, map }: { readonly use: LunUse; readonly map: LunMap },
  call: Call,
): Promise<void> {
  const { access, isReadonly } = use;
  const { device } = map;
  const prepare = (fsType: FsType) => prepareLun(iscsi, { use, device, fsType }, call);
  const isOfDevice = (mount: Mount) => isOfMap(mount, map);
  await showContent(iscsi, { device, place: lunPlace(use), access, isReadonly, prepare, isOfDevice }, call);
}
