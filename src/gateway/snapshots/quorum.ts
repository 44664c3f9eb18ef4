import type { SnapshotFacts, SnapshotMember } from '../bricks/snapshot-store.ts';

type Shape = Pick<SnapshotFacts, 'counts' | 'members'>;

/**
 * True when every brick set has enough of its bricks: more than half of three copies (the arbiter counts), both of two
 * (one alone cannot know whether it is the newer), all data bricks' worth of a disperse set, the only one.
 */
export function hasQuorum(snapshot: Shape, isThere: (member: SnapshotMember) => boolean): boolean {
  return setsOf(snapshot).every((set) => set.filter(isThere).length >= neededOf(snapshot.counts));
}

/** The members by brick set. */
export function setsOf({ counts, members }: Shape): readonly (readonly SnapshotMember[])[] {
  return Array.from({ length: counts.subvols }, (_, index) =>
    members.filter(({ subvol }) => subvol === index),
  );
}

function neededOf({ replica, disperse, redundancy }: Shape['counts']): number {
  if (disperse > 0) return disperse - redundancy;
  return replica > 2 ? Math.floor(replica / 2) + 1 : Math.max(replica, 1);
}
