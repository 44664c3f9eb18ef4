import type { ImageUse } from './account.ts';
import { formatKey } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';

/** Images of one family may share blocks: a brick, its snapshots, their clones, and so on. */
export function familyOf(brick: StoredBrick): string {
  return brick.family ?? `${formatKey(brick)}@${brick.createdAt}`;
}

export interface FamilyImage extends Pick<ImageUse, 'path' | 'allocatedBytes' | 'file'> {
  readonly family: string;
  /** Bytes of blocks that no other file has, and of those that others have too; absent when nobody has looked. */
  readonly blocks?: OwnBlocks;
}

export interface OwnBlocks {
  readonly ownBytes: bigint;
  readonly sharedBytes: bigint;
}

/**
 * Bytes that images certainly take. Each file counts shared blocks as its own, so a sum over a family would tell more
 * than is taken, and promise as much too often. Certain is what its largest member has; where it is known, also what
 * each member has alone, together with the most that one of them shares.
 */
export function takenBytes(images: readonly FamilyImage[]): bigint {
  const families = Map.groupBy(images, ({ family }) => family);
  return [...families.values()].reduce((sum, members) => sum + takenByFamily(members), 0n);
}

function takenByFamily(members: readonly FamilyImage[]): bigint {
  const largest = most(members.map(({ allocatedBytes }) => allocatedBytes));
  const blocks = members.map((member) => member.blocks).filter((known) => known !== undefined);
  if (blocks.length < members.length) return largest;
  const own = blocks.reduce((sum, { ownBytes }) => sum + ownBytes, 0n);
  return most([largest, own + most(blocks.map(({ sharedBytes }) => sharedBytes))]);
}

function most(numbers: readonly bigint[]): bigint {
  return numbers.reduce((largest, number) => (number > largest ? number : largest), 0n);
}
