import { FORMAT, isKnownFormat, isOwnedBy, KEYS } from './metadata.ts';
import type { Snapshot, SnapshotGroup } from './snapshot.ts';
import type { SnapshotParameters } from './snapshot-parameters.ts';
import type { Volume } from './spec.ts';

export interface MarkedSnapshot {
  readonly csiName: string;
  readonly owner: string;
  readonly claim: SnapshotParameters['claim'];
}

/** The metadata of a group of ours. Its keys are frozen as those of volumes are. */
export function toGroupMetadata({ csiName, owner, claim }: MarkedSnapshot): Readonly<Record<string, string>> {
  return {
    [KEYS.format]: FORMAT,
    [KEYS.owner]: owner,
    [KEYS.csiName]: csiName,
    ...(claim.name === undefined ? {} : { [KEYS.snapshot]: claim.name }),
    ...(claim.namespace === undefined ? {} : { [KEYS.namespace]: claim.namespace }),
  };
}

/** The same for a snapshot, with the class of its source: what a clone must be like. */
export function toSnapshotMetadata(marked: MarkedSnapshot, source: Volume): Readonly<Record<string, string>> {
  return { ...toGroupMetadata(marked), ...classOf(source) };
}

/** Of a snapshot that serves to clone a volume and goes with it. */
export function toPassingMetadata(cloneName: string, source: Volume): Readonly<Record<string, string>> {
  return { [KEYS.format]: FORMAT, [KEYS.madeFor]: cloneName, ...classOf(source) };
}

function classOf({ metadata }: Volume): Record<string, string> {
  return { [KEYS.volumeClass]: metadata[KEYS.volumeClass] ?? '{}' };
}

/** In which way what has the name is not what was asked for; undefined when it is. */
export function findMarkDifference(
  found: Pick<Snapshot | SnapshotGroup, 'metadata'>,
  { csiName, owner }: Pick<MarkedSnapshot, 'csiName' | 'owner'>,
): string | undefined {
  if (!isOwnedBy(owner, found)) return `was not made by ${owner}; choose another name or namePrefix`;
  if (!isKnownFormat(found)) return 'was made by a newer version of this driver';
  if (found.metadata[KEYS.csiName] !== csiName) return 'was made for another name';
  return undefined;
}
