import { layoutOf } from '../brick-layout.ts';
import type { GlusterBrick, GlusterVolume } from '../gluster-cli/gluster.ts';

/**
 * True when the bricks that go by a change of access are enough in every brick set: a client that the others still
 * take cannot write to those alone, and one that these take can. With Gluster's quorum (`cluster.quorum-type auto`,
 * its default for three copies) that is more than half of the copies, or of two the first; else all of them. Of a
 * disperse set as many as leave fewer than its data bricks.
 */
export function isInForce(volume: GlusterVolume, goesByIt: (brick: GlusterBrick) => boolean): boolean {
  const { perSet, subvols } = layoutOf(volume);
  return Array.from({ length: subvols }, (_, index) =>
    volume.bricks.slice(index * perSet, (index + 1) * perSet),
  ).every((set) => isEnough(volume, set, goesByIt));
}

function isEnough(
  volume: GlusterVolume,
  set: readonly GlusterBrick[],
  goesByIt: (brick: GlusterBrick) => boolean,
): boolean {
  const { kind, data } = layoutOf(volume);
  const count = set.filter(goesByIt).length;
  if (kind === 'disperse') return count >= data && set.length - count < data;
  if (kind === 'plain' || !hasQuorum(volume, set.length)) return count === set.length;
  const first = set[0];
  return 2 * count > set.length || (2 * count === set.length && first !== undefined && goesByIt(first));
}

function hasQuorum({ options }: GlusterVolume, copies: number): boolean {
  return (options['cluster.quorum-type'] ?? (copies > 2 ? 'auto' : 'none')) === 'auto';
}
