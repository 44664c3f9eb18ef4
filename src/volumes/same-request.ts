import { type CapacityRange, isWithin } from './capacity-range.ts';
import type { VolumeName } from './ids.ts';
import { isKnownFormat, isOwnedBy, KEYS, toClassText } from './metadata.ts';
import type { Volume, VolumeSpec } from './spec.ts';

/** What a volume is to be a clone of. */
export interface ContentSource {
  readonly kind: 'snapshot' | 'volume';
  readonly name: VolumeName;
  /** As the CO knows it. */
  readonly handle: string;
}

export interface Asked {
  readonly spec: VolumeSpec;
  readonly owner: string;
  readonly range: CapacityRange;
  readonly source?: ContentSource | undefined;
}

/**
 * Does the volume that has the name already satisfy the request? Undefined when it does, else in which way it
 * does not, as the rest of a sentence about the volume. Compares what was asked for then and now, so that
 * an expanded volume still satisfies the request that made it.
 */
export function findDifference(volume: Volume, { spec, owner, range, source }: Asked): string | undefined {
  if (!isOwnedBy(owner, volume)) return `was not made by ${owner}; choose another name or namePrefix`;
  if (!isKnownFormat(volume)) return 'was made by a newer version of this driver';
  if (volume.metadata[KEYS.csiName] !== spec.csiName) return 'was made for another name';
  const from = volume.metadata[KEYS.source];
  if (from !== source?.handle) return `was made ${toOrigin(from)}, not ${toOrigin(source?.handle)}`;
  const differing = findDifferingField(volume.metadata[KEYS.volumeClass] ?? '{}', toClassText(spec));
  if (differing !== undefined) return `differs in ${differing}`;
  if (volume.capacityBytes === undefined) return 'has no known size';
  if (!isWithin(volume.capacityBytes, range)) {
    return `has ${volume.capacityBytes} bytes, which is not within the capacity_range`;
  }
  return undefined;
}

function toOrigin(handle: string | undefined): string {
  return handle === undefined ? 'empty' : `from ${handle}`;
}

function findDifferingField(before: string, now: string): string | undefined {
  if (before === now) return undefined;
  const [was, is] = [parseFields(before), parseFields(now)];
  const names = [...new Set([...Object.keys(is), ...Object.keys(was)])];
  const differing = names.filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  return differing.length === 0 ? undefined : differing.join(', ');
}

function parseFields(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
