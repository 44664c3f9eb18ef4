import { Fault, invalid } from '../control/fault.ts';

/** What a CO asks of a size, in bytes; 0 is "not given". */
export interface CapacityRange {
  readonly requiredBytes: bigint;
  readonly limitBytes: bigint;
}

export const MIB = 1024n * 1024n;
/** Room for a file system's own needs on a brick; XFS refuses less than 16 MiB of data. */
export const MINIMUM_BYTES = 20n * MIB;
const DEFAULT_BYTES = 1024n * MIB;
/** The REST contract's sizes are JSON numbers. */
export const MAXIMUM_BYTES = floorToMib(BigInt(Number.MAX_SAFE_INTEGER));

/**
 * The size to promise: what is required (1 GiB when nothing is), in whole MiB, at least `minimumBytes`. Throws
 * `invalid` for a range that makes no sense, `out-of-range` for one that no volume can have.
 */
export function chooseCapacity(range: CapacityRange, minimumBytes = MINIMUM_BYTES): bigint {
  checkRange(range);
  const { requiredBytes, limitBytes } = range;
  const wanted = requiredBytes > 0n ? ceilToMib(requiredBytes) : defaultWithin(limitBytes);
  const chosen = wanted < minimumBytes ? minimumBytes : wanted;
  if (limitBytes > 0n && chosen > limitBytes) {
    throw new Fault(
      'out-of-range',
      `capacity_range: volumes have whole MiB and at least ${minimumBytes} bytes; ` +
        `raise limit_bytes from ${limitBytes} to ${chosen} or more`,
    );
  }
  if (chosen > MAXIMUM_BYTES) {
    throw new Fault(
      'out-of-range',
      `capacity_range: a volume has at most ${MAXIMUM_BYTES} bytes; ask for less`,
    );
  }
  return chosen;
}

/** Throws `invalid` for a range that makes no sense. */
export function checkRange({ requiredBytes, limitBytes }: CapacityRange): void {
  if (requiredBytes < 0n) throw invalid('capacity_range.required_bytes', 'is negative; give 0 or more');
  if (limitBytes < 0n) throw invalid('capacity_range.limit_bytes', 'is negative; give 0 or more');
  if (limitBytes > 0n && limitBytes < requiredBytes) {
    throw invalid(
      'capacity_range.limit_bytes',
      `${limitBytes} is below required_bytes ${requiredBytes}; raise it`,
    );
  }
}

/** True when a volume of this size is what the range asks for. */
export function isWithin(capacityBytes: bigint, { requiredBytes, limitBytes }: CapacityRange): boolean {
  return capacityBytes >= requiredBytes && (limitBytes === 0n || capacityBytes <= limitBytes);
}

export function floorToMib(bytes: bigint): bigint {
  return (bytes / MIB) * MIB;
}

function ceilToMib(bytes: bigint): bigint {
  return ((bytes + MIB - 1n) / MIB) * MIB;
}

function defaultWithin(limitBytes: bigint): bigint {
  return limitBytes > 0n && limitBytes < DEFAULT_BYTES ? floorToMib(limitBytes) : DEFAULT_BYTES;
}
