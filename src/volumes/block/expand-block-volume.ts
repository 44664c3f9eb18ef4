import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { duringChange } from '../after-change.ts';
import { type CapacityRange, chooseCapacity, isWithin } from '../capacity-range.ts';
import type { LocatedBlock } from './block-clusters.ts';
import { getBlockVolume } from './get-block-volume.ts';

/**
 * Gives the disk the size that the range asks for and resolves with the size it has; the node sees to the rest. Throws
 * `not-found`, `out-of-range` above the limit, `exhausted`.
 */
export async function expandBlockVolume(
  located: LocatedBlock,
  range: CapacityRange,
  call: Call,
): Promise<bigint> {
  const { backend, name } = located;
  const wanted = chooseCapacity(range);
  const { capacityBytes: current } = await getBlockVolume(located, call);
  const target = wanted > current ? wanted : current;
  // Nothing is sent for a disk that is too large already.
  const actual = isWithin(target, range)
    ? await duringChange(`expanding block volume ${name}`, () => backend.expand(located, target, call))
    : current;
  if (isWithin(actual, range)) return actual;
  throw new Fault(
    'out-of-range',
    `capacity_range: block volume ${name} has ${actual} bytes and never shrinks; raise limit_bytes`,
  );
}
