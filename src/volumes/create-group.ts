import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { duringChange } from './after-change.ts';
import type { Backend } from './backend.ts';
import type { LocatedVolume } from './clusters.ts';
import { requireOwned } from './create-snapshot.ts';
import { describeMissing } from './get-group.ts';
import { formatHandle, toVolumeName, type VolumeName } from './ids.ts';
import type { SnapshotGroup, SnapshotRequest } from './snapshot.ts';
import {
  findMarkDifference,
  type MarkedSnapshot,
  toGroupMetadata,
  toSnapshotMetadata,
} from './snapshot-metadata.ts';

export interface CreateGroup extends MarkedSnapshot {
  readonly backend: Backend;
  readonly name: VolumeName;
  readonly namePrefix: string;
  /** At least one, each once, all of one cluster. */
  readonly sources: readonly LocatedVolume[];
}

/**
 * Takes snapshots of the volumes in the same moment, or returns the group that the same request made before, also
 * when its sources are gone by now. Throws as createSnapshot does.
 */
export async function createGroup(request: CreateGroup, call: Call): Promise<SnapshotGroup> {
  const { backend, name } = request;
  const found = await backend.findGroup(name, call);
  if (found !== undefined) return requireSame(found, request);
  const members = await Promise.all(request.sources.map((source) => toMember(request, source, call)));
  const group = await duringChange(`taking group snapshot ${name}`, () =>
    backend.createGroup({ name, metadata: toGroupMetadata(request), members }, call),
  );
  return requireSame(group, request);
}

async function toMember(request: CreateGroup, source: LocatedVolume, call: Call): Promise<SnapshotRequest> {
  const volume = await request.backend.find(source.name, call);
  if (volume === undefined) throw new Fault('not-found', `volume ${formatHandle(source)} does not exist`);
  requireOwned(volume, request.owner);
  // A CSI name holds no NUL: no other request can have the member's name.
  const csiName = `${request.csiName}\u0000${source.name}`;
  return {
    name: toVolumeName(csiName, request.namePrefix),
    source: source.name,
    metadata: toSnapshotMetadata(request, volume),
  };
}

function requireSame(group: SnapshotGroup, request: CreateGroup): SnapshotGroup {
  const difference = findMarkDifference(group, request) ?? findOtherMembers(group, request);
  if (difference === undefined) return group;
  throw new Fault('conflict', `group snapshot ${request.name} exists and ${difference}`);
}

function findOtherMembers(group: SnapshotGroup, { sources }: CreateGroup): string | undefined {
  const lost = describeMissing(group);
  if (lost !== undefined) return lost;
  const has = group.snapshots.map(({ source }) => source).sort();
  const wants = sources.map(({ name }) => name).sort();
  if (has.join() === wants.join()) return undefined;
  return `is of volumes ${has.join(', ')}, not of ${wants.join(', ')}`;
}
