import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { duringChange } from './after-change.ts';
import { type CapacityRange, chooseCapacity, isWithin } from './capacity-range.ts';
import type { LocatedVolume } from './clusters.ts';
import { getVolume } from './get-volume.ts';
import { isOwnedBy } from './metadata.ts';

export interface ExpandVolume {
  readonly volume: LocatedVolume;
  readonly range: CapacityRange;
  readonly owner: string;
}

/**
 * Gives the volume the size that the range asks for and resolves with the size it has. A volume that is large
 * enough is told to the backend all the same, which finishes what an interrupted expansion left. Throws
 * `not-found`, `out-of-range` above the limit, `wrong-state` for a volume without our mark.
 */
export async function expandVolume({ volume, range, owner }: ExpandVolume, call: Call): Promise<bigint> {
  const wanted = chooseCapacity(range);
  const found = await getVolume(volume, call);
  if (!isOwnedBy(owner, found)) {
    throw new Fault('wrong-state', `volume ${volume.name} was not made by ${owner}; expand it by hand`);
  }
  const current = found.capacityBytes ?? 0n;
  if (range.limitBytes > 0n && current > range.limitBytes) {
    throw new Fault(
      'out-of-range',
      `capacity_range.limit_bytes: volume ${volume.name} has ${current} bytes already and never shrinks; raise the limit`,
    );
  }
  const target = wanted > current ? wanted : current;
  const actual = await duringChange(`expanding volume ${volume.name}`, () =>
    volume.backend.resize(volume.name, target, call),
  );
  if (isWithin(actual, range)) return actual;
  throw new Fault(
    'out-of-range',
    `volume ${volume.name} has ${actual} bytes, which is not within the capacity_range`,
  );
}
