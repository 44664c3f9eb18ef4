import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { duringChange } from './after-change.ts';
import type { LocatedVolume } from './clusters.ts';
import { formatHandle, type VolumeName } from './ids.ts';
import { isOwnedBy } from './metadata.ts';
import type { Snapshot } from './snapshot.ts';
import { findMarkDifference, type MarkedSnapshot, toSnapshotMetadata } from './snapshot-metadata.ts';
import type { Volume } from './spec.ts';

export interface CreateSnapshot extends MarkedSnapshot {
  readonly source: LocatedVolume;
  readonly name: VolumeName;
}

/**
 * Takes a snapshot of the volume, or returns the one that the same request took before, also when its source is
 * gone by now. Throws `not-found` without the source, `conflict` when the name is taken by another snapshot,
 * `wrong-state` for a volume without our mark.
 */
export async function createSnapshot(request: CreateSnapshot, call: Call): Promise<Snapshot> {
  const { source, name, owner } = request;
  const volume = await source.backend.find(source.name, call);
  if (volume === undefined) return findTaken(request, call);
  requireOwned(volume, owner);
  const metadata = toSnapshotMetadata(request, volume);
  const snapshot = await duringChange(`taking snapshot ${name}`, () =>
    source.backend.createSnapshot({ name, source: source.name, metadata }, call),
  );
  return requireSame(snapshot, request);
}

/** Throws `wrong-state`: a snapshot keeps the class that its clones must have, and only our volumes tell it. */
export function requireOwned(volume: Volume, owner: string): void {
  if (isOwnedBy(owner, volume)) return;
  throw new Fault(
    'wrong-state',
    `volume ${volume.name} was not made by ${owner} and is not snapshotted; copy its files into one that was`,
  );
}

async function findTaken(request: CreateSnapshot, call: Call): Promise<Snapshot> {
  const { source, name } = request;
  const snapshot = await source.backend.findSnapshot(name, call);
  if (snapshot !== undefined) return requireSame(snapshot, request);
  throw new Fault('not-found', `volume ${formatHandle(source)} does not exist`);
}

function requireSame(snapshot: Snapshot, request: CreateSnapshot): Snapshot {
  const difference = findMarkDifference(snapshot, request) ?? findOtherPlace(snapshot, request);
  if (difference === undefined) return snapshot;
  throw new Fault('conflict', `snapshot ${request.name} exists and ${difference}`);
}

function findOtherPlace(snapshot: Snapshot, { source }: CreateSnapshot): string | undefined {
  if (snapshot.source !== source.name) return `is of volume ${snapshot.source}, not of ${source.name}`;
  return snapshot.group === undefined ? undefined : `is part of group ${snapshot.group}`;
}
