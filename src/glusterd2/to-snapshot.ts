import { parseJson } from '../control/parse-json.ts';
import { isVolumeName } from '../volumes/ids.ts';
import type { Snapshot, SnapshotGroup } from '../volumes/snapshot.ts';
import type { SnapGroup, SnapInfo } from './snapshot-wire.ts';

/** The snapshot that a reply tells of. Undefined when it has a name that no snapshot of ours can have. */
export function toSnapshot(info: SnapInfo): Snapshot | undefined {
  const { name } = info.snapinfo;
  if (!isVolumeName(name) || !isVolumeName(info.parentname)) return undefined;
  return {
    name,
    source: info.parentname,
    capacityBytes: info.capacity ?? info.snapinfo.capacity,
    created: toDate(info['created-at']),
    isReady: info.ready ?? true,
    metadata: info.metadata ?? parseDescription(info.description ?? ''),
    group: info.group !== undefined && isVolumeName(info.group) ? info.group : undefined,
  };
}

/** Undefined as with toSnapshot. */
export function toGroup(info: SnapGroup): SnapshotGroup | undefined {
  const { name, ready, metadata, members, size } = info;
  if (!isVolumeName(name)) return undefined;
  const snapshots = members
    .map(toSnapshot)
    .filter((snapshot) => snapshot !== undefined)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const missing = size - members.length;
  return { name, created: toDate(info['created-at']), isReady: ready, missing, metadata, snapshots };
}

/** glusterd2's snapshots have a description and no metadata of their own: ours is put into it. */
export function formatDescription(metadata: Readonly<Record<string, string>>): string {
  return JSON.stringify(metadata);
}

function parseDescription(text: string): Record<string, string> {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const entries = Object.entries(value).filter(([, one]) => typeof one === 'string');
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Some of glusterd2's have no time, and say so by none that can be read: the beginning of time is told. */
function toDate(text: string): Date {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) || date.getTime() < 0 ? new Date(0) : date;
}
