import type { VolumeName } from './ids.ts';

/** A snapshot as the backend knows it. */
export interface Snapshot {
  readonly name: VolumeName;
  /** The volume that it was taken of, which may be gone. */
  readonly source: VolumeName;
  /** What the source promised in that moment, which a clone has at least. Undefined for sources not made by size. */
  readonly capacityBytes: bigint | undefined;
  /** The moment in which all bricks stood still. */
  readonly created: Date;
  /** True when it can be cloned now. */
  readonly isReady: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  /** The group that it was taken in. */
  readonly group: VolumeName | undefined;
}

export interface SnapshotRequest {
  readonly name: VolumeName;
  readonly source: VolumeName;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Snapshots of several volumes in the same moment. */
export interface SnapshotGroup {
  readonly name: VolumeName;
  readonly created: Date;
  /** True when all are there and ready. */
  readonly isReady: boolean;
  /** How many of its snapshots are gone: a delete was interrupted, and is to be repeated. */
  readonly missing: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** In order of name. While the group is being deleted, those that are left. */
  readonly snapshots: readonly Snapshot[];
}

export interface GroupRequest {
  readonly name: VolumeName;
  readonly metadata: Readonly<Record<string, string>>;
  readonly members: readonly SnapshotRequest[];
}
