import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { type ContentMount, isSameContent } from '../block/content-mount.ts';
import { findMount } from '../find-mount.ts';
import type { Mount } from '../host.ts';
import { isDisk } from './is-disk.ts';
import type { IscsiHost, LunMap } from './iscsi-host.ts';
import { isOfMap, toLunMount } from './lun-mount.ts';
import { type LunContext, type LunVolume, lunPlacesOf, parseNote, type TargetNote } from './lun-volume.ts';

/** A volume as it is staged, or half staged, below a staging path. */
export interface StagedLun {
  /** Undefined: nothing was begun there. */
  readonly note: TargetNote | undefined;
  /** Undefined: pods cannot have anything of it. */
  readonly content: ContentMount | undefined;
  readonly map: LunMap | undefined;
}

/** Throws `conflict` when another volume, or something else, is there. */
export async function findLun(
  { iscsi }: LunContext,
  { volume, stagingPath }: { readonly volume: LunVolume; readonly stagingPath: string },
  call: Call,
): Promise<StagedLun> {
  const note = await readTarget(iscsi, stagingPath, call);
  if (note !== undefined && note.id !== volume.id) {
    throw new Fault('conflict', `volume ${note.id} is staged at ${stagingPath}; unstage it first`);
  }
  const content = toContent(await iscsi.mounts(), stagingPath);
  const map = note === undefined ? undefined : await findMapOf(iscsi, note, call);
  return { note, content, map };
}

/** The map of the disk that is told of. */
export async function findMapOf(
  iscsi: IscsiHost,
  { wwn }: Pick<TargetNote, 'wwn'>,
  call: Call,
): Promise<LunMap | undefined> {
  return (await iscsi.maps(call)).find((map) => isDisk({ wwn }, map));
}

export interface FoundLun {
  readonly note: TargetNote;
  readonly content: ContentMount;
  readonly map: LunMap;
}

/**
 * The volume's content at the path where it is published, or of the path that is its staging path. Throws `not-found`
 * when the path carries nothing of it.
 */
export async function findLunAt(
  { iscsi }: LunContext,
  { volume, path }: { readonly volume: LunVolume; readonly path: string },
  call: Call,
): Promise<FoundLun> {
  const mounts = await iscsi.mounts();
  const content = findOwn(mounts, path) ?? toContent(mounts, path);
  const maps = await iscsi.maps(call);
  const map = maps.find((one) => content !== undefined && isOfMap(content, one));
  if (content !== undefined && map !== undefined) {
    for (const stagingPath of stagingPathsOf(mounts, content)) {
      const note = await readTarget(iscsi, stagingPath, call);
      if (note?.id === volume.id && isDisk(note, map)) return { note, content, map };
    }
  }
  throw new Fault('not-found', `volume ${volume.id} is not mounted at ${path}`);
}

function findOwn(mounts: readonly Mount[], path: string): ContentMount | undefined {
  const top = findMount(mounts, path);
  return top === undefined ? undefined : toLunMount(top);
}

/** Throws `conflict`. */
function toContent(mounts: readonly Mount[], stagingPath: string): ContentMount | undefined {
  const places = lunPlacesOf(stagingPath);
  const shown = findMount(mounts, places.volume) ?? findMount(mounts, places.device);
  const content = shown === undefined ? undefined : toLunMount(shown);
  if (shown === undefined || content !== undefined) return content;
  throw new Fault(
    'conflict',
    `${shown.target} carries ${shown.source} (${shown.fsType}); unmount that first`,
  );
}

function stagingPathsOf(mounts: readonly Mount[], content: Mount): readonly string[] {
  return mounts
    .filter((mount) => isSameContent(mount, content))
    .flatMap(({ target }) => /^(.+)\/(?:volume|device)$/.exec(target)?.[1] ?? []);
}

async function readTarget(
  iscsi: IscsiHost,
  stagingPath: string,
  call: Call,
): Promise<TargetNote | undefined> {
  const { note } = lunPlacesOf(stagingPath);
  const text = await iscsi.readNote(note, call);
  return text === undefined ? undefined : parseNote(text, note);
}
