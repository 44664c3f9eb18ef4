import type { BrickLayout } from '../brick-layout.ts';
import type { SnapshotFacts } from '../bricks/snapshot-store.ts';

/** The layout that a snapshot's source had, and its clones have. */
export function toLayout({
  replica,
  arbiter,
  disperse,
  redundancy,
  subvols,
}: SnapshotFacts['counts']): BrickLayout {
  if (disperse > 0)
    return { kind: 'disperse', subvols, perSet: disperse, arbiter: false, data: disperse - redundancy };
  if (replica > 1) return { kind: 'replica', subvols, perSet: replica, arbiter: arbiter === 1, data: 1 };
  return { kind: 'plain', subvols, perSet: 1, arbiter: false, data: 1 };
}
