import { Fault, invalid } from '../control/fault.ts';
import { parseJson } from '../control/parse-json.ts';
import { type CapacityRange, checkRange, chooseCapacity } from './capacity-range.ts';
import { isKnownFormat, KEYS, toClassText } from './metadata.ts';
import type { VolumeClass } from './spec.ts';

const FIELD = 'volume_content_source';

/** What a clone is made from, as far as the rules go. */
export interface CloneSource {
  /** For messages: `snapshot s1`. */
  readonly what: string;
  readonly capacityBytes: bigint | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

interface KeptClass {
  readonly layout?: unknown;
  readonly brickType?: unknown;
  readonly zones?: readonly string[];
}

/**
 * A clone is made of copies of its source's bricks, on the same devices: it has the source's layout, brick type
 * and places. Throws `invalid` with the reason when the class asks for something else.
 */
export function requireSameBricks(source: CloneSource, wanted: VolumeClass): void {
  const text = source.metadata[KEYS.volumeClass];
  if (!isKnownFormat(source) || text === undefined) {
    throw invalid(FIELD, `${source.what} was made by a newer version of this driver, or by none`);
  }
  const kept = readClass(text);
  const asked = readClass(toClassText(wanted));
  for (const field of ['layout', 'brickType'] as const) {
    const [has, wants] = [JSON.stringify(kept[field]), JSON.stringify(asked[field])];
    if (has === wants) continue;
    throw invalid(
      FIELD,
      `${source.what} has ${field} ${has} and the class asks for ${wants}, which a clone cannot change; use a class with the source's ${field}, or copy the files into a new volume`,
    );
  }
  const missing = wanted.zones.length > 0 && !isWithinZones(kept.zones ?? [], wanted.zones);
  if (missing) {
    throw invalid(
      FIELD,
      `${source.what} may lie in other zones than the class's ${wanted.zones.join(', ')}, and a clone lies where its source does; leave zones out`,
    );
  }
}

/** What cannot be read is like nothing that a class asks for. */
function readClass(text: string): KeptClass {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null ? value : {};
}

/** None means anywhere. */
function isWithinZones(kept: readonly string[], wanted: readonly string[]): boolean {
  return kept.length > 0 && kept.every((zone) => wanted.includes(zone));
}

/**
 * The clone's size: what is asked for, the source's when nothing is. Throws `out-of-range` below the source's,
 * `invalid` as chooseCapacity does, `wrong-state` when that is not known.
 */
export function chooseCloneCapacity({ what, capacityBytes }: CloneSource, range: CapacityRange): bigint {
  checkRange(range);
  if (capacityBytes === undefined) {
    throw new Fault('wrong-state', `${what} has no known size; copy its files into a new volume`);
  }
  const requiredBytes = range.requiredBytes > 0n ? range.requiredBytes : capacityBytes;
  if (requiredBytes < capacityBytes || (range.limitBytes > 0n && range.limitBytes < capacityBytes)) {
    throw new Fault(
      'out-of-range',
      `capacity_range: ${what} has ${capacityBytes} bytes and a clone at least as many; ask for ${capacityBytes} or more`,
    );
  }
  const chosen = chooseCapacity({ requiredBytes, limitBytes: range.limitBytes });
  return chosen > capacityBytes ? chosen : capacityBytes;
}
