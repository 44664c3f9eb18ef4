import type { Call } from '../../control/call.ts';
import { type BrickLayout, layoutOf } from '../brick-layout.ts';
import type { Gluster, GlusterBrickStatus, GlusterVolume } from '../gluster-cli/gluster.ts';
import { getVolume } from './get-volume.ts';

export interface VolumeStatus {
  readonly volume: GlusterVolume;
  /** Every brick set has enough bricks up to be written. */
  readonly isOnline: boolean;
  readonly totalBytes: bigint;
  readonly freeBytes: bigint;
  /** In volume order; undefined for a brick that gluster does not tell of (its server is down). */
  readonly bricks: readonly (GlusterBrickStatus | undefined)[];
}

/** Throws `not-found`, `wrong-state` when the volume is not started. */
export async function volumeStatus(gluster: Gluster, name: string, call: Call): Promise<VolumeStatus> {
  const [volume, told] = await Promise.all([getVolume(gluster, name, call), gluster.status(name, call)]);
  const bricks = volume.bricks.map(({ peerId, path }) =>
    told.find((status) => status.path === path && status.peerId === peerId),
  );
  const layout = layoutOf(volume);
  const sets = Array.from({ length: layout.subvols }, (_, index) =>
    bricks.slice(index * layout.perSet, (index + 1) * layout.perSet),
  );
  const sum = (size: (brick: GlusterBrickStatus) => bigint) =>
    sets.reduce((bytes, set) => bytes + setBytes(set, layout, size), 0n);
  return {
    volume,
    isOnline: sets.every((set) => isWritable(set, layout)),
    totalBytes: sum(({ sizeTotal }) => sizeTotal),
    freeBytes: sum(({ sizeFree }) => sizeFree),
    bricks,
  };
}

type BrickSet = readonly (GlusterBrickStatus | undefined)[];

/** The smallest data brick bounds a set; disperse spreads over its data bricks. The arbiter is no bound. */
function setBytes(set: BrickSet, layout: BrickLayout, size: (brick: GlusterBrickStatus) => bigint): bigint {
  const data = layout.arbiter ? set.slice(0, -1) : set;
  const sizes = data.filter((brick) => brick?.online === true).map((brick) => (brick ? size(brick) : 0n));
  const [first] = sizes;
  if (first === undefined) return 0n;
  return sizes.reduce((least, bytes) => (bytes < least ? bytes : least), first) * BigInt(layout.data);
}

/** By Gluster's client quorum: more than half of the copies, or all data bricks' worth of a disperse set. */
function isWritable(set: BrickSet, layout: BrickLayout): boolean {
  const up = set.filter((brick) => brick?.online === true).length;
  if (layout.kind === 'disperse') return up >= layout.data;
  return layout.perSet < 3 ? up >= 1 : up > layout.perSet / 2;
}
