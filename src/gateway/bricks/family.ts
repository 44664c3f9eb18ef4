import { formatKey } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';

/** Images of one family may share blocks: a brick, its snapshots, their clones, and so on. */
export function familyOf(brick: StoredBrick): string {
  return brick.family ?? `${formatKey(brick)}@${brick.createdAt}`;
}

/**
 * Bytes that images certainly take: of each family what its largest member has. Each file counts shared blocks as its
 * own, so a sum over a family would tell more than is taken, and promise as much too often.
 */
export function takenBytes(
  images: readonly { readonly family: string; readonly allocatedBytes: bigint }[],
): bigint {
  const most = new Map<string, bigint>();
  for (const { family, allocatedBytes } of images) {
    const known = most.get(family) ?? 0n;
    most.set(family, allocatedBytes > known ? allocatedBytes : known);
  }
  return [...most.values()].reduce((sum, bytes) => sum + bytes, 0n);
}
