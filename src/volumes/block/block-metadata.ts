import { type CapacityRange, isWithin } from '../capacity-range.ts';
import { FORMAT, KEYS, toClassText } from '../metadata.ts';
import type { ClassParameters } from '../parameters.ts';
import type { BlockSpec, BlockVolume, HostingClass } from './block-backend.ts';

export interface AskedBlock {
  readonly spec: BlockSpec;
  readonly owner: string;
  readonly range: CapacityRange;
  readonly claim: ClassParameters['claim'];
  /** The handle of what it is made of. */
  readonly sourceHandle?: string | undefined;
}

/** What we keep with a block volume: the same keys as with a volume, a format that is frozen. */
export function toBlockMetadata({
  spec,
  owner,
  claim,
  sourceHandle,
}: AskedBlock): Readonly<Record<string, string>> {
  return {
    [KEYS.format]: FORMAT,
    [KEYS.owner]: owner,
    [KEYS.csiName]: spec.csiName,
    [KEYS.volumeClass]: toHostingText(spec.hosting),
    ...(claim.name === undefined ? {} : { [KEYS.claim]: claim.name }),
    ...(claim.namespace === undefined ? {} : { [KEYS.namespace]: claim.namespace }),
    ...(sourceHandle === undefined ? {} : { [KEYS.source]: sourceHandle }),
  };
}

/**
 * Does the block volume that has the name already satisfy the request? Undefined when it does, else in which way it
 * does not, as the rest of a sentence about it. An expanded volume still satisfies the request that made it.
 */
export function findBlockDifference(
  volume: BlockVolume,
  { spec, owner, range, sourceHandle }: AskedBlock,
): string | undefined {
  const { metadata, capacityBytes } = volume;
  if (metadata[KEYS.owner] !== owner) return `was not made by ${owner}; choose another name or namePrefix`;
  if (metadata[KEYS.format] !== FORMAT) return 'was made by a newer version of this driver';
  if (metadata[KEYS.csiName] !== spec.csiName) return 'was made for another name';
  if (metadata[KEYS.volumeClass] !== toHostingText(spec.hosting)) return 'was made with other parameters';
  if (metadata[KEYS.source] !== sourceHandle)
    return `was made of ${metadata[KEYS.source] ?? 'nothing'}, not of ${sourceHandle ?? 'nothing'}`;
  if (isWithin(capacityBytes, range)) return undefined;
  return `has ${capacityBytes} bytes, which is not within the capacity_range`;
}

/** One text for one class. */
export function toHostingText(hosting: HostingClass): string {
  if (hosting.kind === 'named') return JSON.stringify({ hostingVolume: hosting.name });
  const bytes = hosting.bytes === undefined ? {} : { hostingVolumeSize: String(hosting.bytes) };
  return JSON.stringify({ ...JSON.parse(toClassText(hosting.volumeClass)), ...bytes });
}
