import type { SnapshotFacts, SnapshotMember } from '../bricks/snapshot-store.ts';

type Shape = Pick<SnapshotFacts, 'counts' | 'members'>;

/**
 * True when every brick set has enough of its bricks: more than half of three copies (the arbiter counts), both of two
 * (one alone cannot know whether it is the newer), one more than the data bricks of a disperse set, the only one.
 *
 * A change that a snapshot meets half-way has reached some bricks. With no fragment to spare those with and those
 * without it are both too few to read the file by, all that was acknowledged before included (measured: a clone of two
 * of three fragments under load did not heal).
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
  if (disperse > 0) return disperse - redundancy + 1;
  return replica > 2 ? Math.floor(replica / 2) + 1 : Math.max(replica, 1);
}
