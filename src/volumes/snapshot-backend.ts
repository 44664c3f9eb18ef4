import type { Call } from '../control/call.ts';
import type { VolumeName } from './ids.ts';
import type { GroupRequest, Snapshot, SnapshotGroup, SnapshotRequest } from './snapshot.ts';
import type { Volume, VolumeSpec } from './spec.ts';

export interface SnapshotPage {
  /** In order of name. */
  readonly snapshots: readonly Snapshot[];
  /** True when there are more after the last one. */
  readonly more: boolean;
}

export interface SnapshotQuery {
  /** Metadata that they have. */
  readonly key: string;
  readonly value: string;
  /** Only those of this volume, which may be gone. */
  readonly source: VolumeName | undefined;
  readonly after: string;
  readonly limit: number;
}

export interface CloneRequest {
  readonly snapshot: VolumeName;
  readonly spec: VolumeSpec;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The snapshots of a cluster: the part of `Backend` that is about them, with the same promises about faults.
 * Besides, a cluster that cannot do a thing throws `unsupported`, with the reason; a method that changes
 * something throws `busy` while another change of the same snapshot or volume is under way.
 */
export interface SnapshotBackend {
  /** The snapshot, or undefined when there is none of that name. */
  findSnapshot(name: VolumeName, call: Call): Promise<Snapshot | undefined>;
  /**
   * Takes a snapshot of a moment in which all bricks stand still. Resolves with it; with the one that has the
   * name already, whatever it is of, and changes nothing then. Throws `not-found` without the source, `conflict`
   * when a volume has the name, `wrong-state` when the source's bricks cannot be snapshotted or too few of them
   * are up, `exhausted`.
   */
  createSnapshot(request: SnapshotRequest, call: Call): Promise<Snapshot>;
  /** A page of snapshots in order of name. A source that does not exist (any more) is no fault. */
  listSnapshots(query: SnapshotQuery, call: Call): Promise<SnapshotPage>;
  /**
   * Deletes the snapshot; none of that name is success, and clears what an interrupted request left. Throws
   * `wrong-state` while something depends on it.
   */
  deleteSnapshot(name: VolumeName, call: Call): Promise<void>;
  /**
   * Makes a volume of the snapshot's content with the spec's name, metadata and, beside the source's, options; of
   * the spec's size, or of the snapshot's when the cluster cannot do that at once. Resolves when the clone's
   * content is whole, whether it is started or not; the same request again goes on with what an interrupted one
   * left. Undefined when the name is another volume's. Throws `not-found` without the snapshot, `out-of-range`
   * below its size, `exhausted`, `busy` while the clone heals.
   */
  clone(request: CloneRequest, call: Call): Promise<Volume | undefined>;
  /**
   * Snapshots of several volumes in the same moment, all or none. Resolves with the group; with the one that
   * has the name already, whatever is in it. Faults as with createSnapshot.
   */
  createGroup(request: GroupRequest, call: Call): Promise<SnapshotGroup>;
  /** The group, or undefined when there is none of that name. */
  findGroup(name: VolumeName, call: Call): Promise<SnapshotGroup | undefined>;
  /** Deletes the group with its snapshots; none of that name is success. */
  deleteGroup(name: VolumeName, call: Call): Promise<void>;
}
