import type { Call } from '../../control/call.ts';
import type { VolumeName } from '../ids.ts';
import type { BlockPlace } from './block-backend.ts';

/** Where a snapshot is: with block volumes of kind virtblock, which alone have them. */
export type BlockSnapshotPlace = Pick<BlockPlace, 'hosting' | 'name'>;

/** A snapshot of a block volume as the backend knows it. */
export interface BlockSnapshot extends BlockSnapshotPlace {
  /** The block volume that it is of, which may be gone; it was on the same hosting volume. */
  readonly source: VolumeName;
  readonly capacityBytes: bigint;
  /** What was acknowledged before is in it. */
  readonly created: Date;
  /** True when a block volume can be made of it now. */
  readonly isReady: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface BlockSnapshotRequest {
  readonly name: VolumeName;
  readonly source: BlockPlace;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface BlockSnapshotPage {
  /** In order of name. */
  readonly snapshots: readonly BlockSnapshot[];
  /** True when there are more after the last one. */
  readonly more: boolean;
}

/** What a block volume begins with: a snapshot, or a block volume. */
export interface BlockSource extends BlockPlace {
  readonly kind: 'snapshot' | 'volume';
}

/** The snapshots of one cluster's block volumes; the faults are those of `BlockBackend`. */
export interface BlockSnapshots {
  /**
   * Takes a snapshot, which may be written meanwhile, and resolves once it is ready. Resolves `exists` and changes
   * nothing when the name is taken, unless by one of the same source and metadata, which is returned. Throws
   * `not-found` for the source, `exhausted`, `wrong-state` for a hosting volume that it cannot be taken on,
   * `unreachable` while a brick is down, `busy` (the same request again goes on).
   */
  createSnapshot(request: BlockSnapshotRequest, call: Call): Promise<BlockSnapshot | 'exists'>;
  /** Undefined when there is none of that name; on another hosting volume than the one named is none. */
  findSnapshot(
    place: { readonly hosting?: VolumeName; readonly name: VolumeName },
    call: Call,
  ): Promise<BlockSnapshot | undefined>;
  /** Absent is success; block volumes made of it stay. */
  deleteSnapshot(place: BlockSnapshotPlace, call: Call): Promise<void>;
  /** In order of name, after the name given; those of one block volume when it is given. */
  listSnapshots(
    query: {
      readonly after: string;
      readonly limit: number;
      readonly source: BlockPlace | undefined;
    },
    call: Call,
  ): Promise<BlockSnapshotPage>;
}
