import { invalid } from '../control/fault.ts';
import type { VolumeCreateRequest } from '../glusterd2/wire.ts';
import type { GlusterCreate, GlusterVolume } from './gluster-cli/gluster.ts';

/** How a volume's bricks make sets. */
export interface BrickLayout {
  readonly kind: 'plain' | 'replica' | 'disperse';
  /** Number of brick sets (subvolumes). */
  readonly subvols: number;
  /** Bricks in a set, arbiter and redundancy included. */
  readonly perSet: number;
  /** The last brick of a set holds no data. */
  readonly arbiter: boolean;
  /** Bricks' worth of data in a set: 1, or for disperse all but the redundancy. */
  readonly data: number;
}

type LayoutRequest = Pick<
  VolumeCreateRequest,
  'replica' | 'arbiter' | 'disperse' | 'disperse-data' | 'disperse-redundancy' | 'distribute'
>;

const MAX_SUBVOLS = 128;
const MAX_DISPERSE = 32;
/** Disperse writes fragments of 512 bytes. */
const FRAGMENT = 512n;
const MIB = 1024n * 1024n;

/** The layout that glusterd2's fields ask for. Throws `invalid`, naming the field. */
export function parseLayout(request: LayoutRequest): BrickLayout {
  const subvols = Math.max(request.distribute ?? 1, 1);
  if (subvols > MAX_SUBVOLS) throw invalid('distribute', `at most ${MAX_SUBVOLS} brick sets a volume`);
  const disperse = parseDisperse(request);
  const replica = request.replica ?? 0;
  const arbiter = request.arbiter ?? 0;
  if (replica > 3) throw invalid('replica', 'invalid Replica Count; give 2 or 3');
  if (arbiter > 1) throw invalid('arbiter', 'give 0 or 1');
  if (arbiter === 1 && replica !== 2) throw invalid('arbiter', 'an arbiter needs replica 2');
  if (disperse !== undefined) {
    if (replica > 1) throw invalid('disperse', 'cannot go with replica; give one of them');
    return { ...disperse, subvols };
  }
  if (replica < 2) return { kind: 'plain', subvols, perSet: 1, arbiter: false, data: 1 };
  return { kind: 'replica', subvols, perSet: replica + arbiter, arbiter: arbiter === 1, data: 1 };
}

function parseDisperse(request: LayoutRequest): Omit<BrickLayout, 'subvols'> | undefined {
  const { disperse: total = 0, 'disperse-data': data = 0, 'disperse-redundancy': extra = 0 } = request;
  if (total === 0 && data === 0 && extra === 0) return undefined;
  const redundancy = extra > 0 ? extra : total - (data > 0 ? data : usualData(total));
  const count = total > 0 ? total : data + redundancy;
  if (data > 0 && data + redundancy !== count) {
    throw invalid('disperse', 'is not the sum of disperse-data and disperse-redundancy');
  }
  if (redundancy < 1 || 2 * redundancy >= count) {
    throw invalid('disperse-redundancy', 'must be at least 1 and less than half of the bricks of a set');
  }
  if (count > MAX_DISPERSE) throw invalid('disperse', `at most ${MAX_DISPERSE} bricks a set`);
  return { kind: 'disperse', perSet: count, arbiter: false, data: count - redundancy };
}

/** Powers of two make full stripes of common write sizes: as many data bricks as allow one, else all but one. */
function usualData(total: number): number {
  for (let data = 1; data < total; data *= 2) {
    if (2 * (total - data) < total) return data;
  }
  return total - 1;
}

/** The words of `gluster volume create`. */
export function toGlusterCounts(
  layout: BrickLayout,
): Pick<GlusterCreate, 'replica' | 'arbiter' | 'disperse' | 'redundancy'> {
  return {
    replica: layout.kind === 'replica' ? layout.perSet : 0,
    arbiter: layout.arbiter ? 1 : 0,
    disperse: layout.kind === 'disperse' ? layout.perSet : 0,
    redundancy: layout.kind === 'disperse' ? layout.perSet - layout.data : 0,
  };
}

/** The layout of a volume that exists. */
export function layoutOf(volume: GlusterVolume): BrickLayout {
  const subvols = Math.max(volume.distributeCount, 1);
  const perSet = Math.max(Math.floor(volume.bricks.length / subvols), 1);
  if (volume.disperseCount > 1) {
    return { kind: 'disperse', subvols, perSet, arbiter: false, data: perSet - volume.redundancyCount };
  }
  const kind = volume.replicaCount > 1 ? 'replica' : 'plain';
  return { kind, subvols, perSet, arbiter: volume.arbiterCount > 0, data: 1 };
}

/**
 * Bytes of data that each brick of a set must take so that the volume takes `size` bytes. An arbiter keeps
 * names and metadata only: 4 KiB a file of the average size, and at least 100 MiB (the whole set's size when
 * that is less), as glusterd2 has it.
 */
export function brickBytes(layout: BrickLayout, size: bigint, averageFileBytes = 65_536n): readonly bigint[] {
  const set = divideUp(size, BigInt(layout.subvols));
  if (layout.kind === 'disperse') {
    const stripe = FRAGMENT * BigInt(layout.data);
    return new Array<bigint>(layout.perSet).fill(divideUp(set, stripe) * FRAGMENT);
  }
  const bricks = new Array<bigint>(layout.perSet).fill(set);
  if (layout.arbiter) bricks[layout.perSet - 1] = arbiterBytes(set, averageFileBytes);
  return bricks;
}

function arbiterBytes(set: bigint, averageFileBytes: bigint): bigint {
  const least = set < 100n * MIB ? set : 100n * MIB;
  const metadata = divideUp(4096n * set, averageFileBytes > 0n ? averageFileBytes : 65_536n);
  return metadata > least ? metadata : least;
}

function divideUp(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}
