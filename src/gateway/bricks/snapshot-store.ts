import type { Call } from '../../control/call.ts';

/** Which brick of a snapshot's source lies where, and whether the snapshot has it. */
export interface SnapshotMember {
  readonly subvol: number;
  readonly brick: number;
  readonly peerId: string;
  /** False: its server or process was down in that moment. */
  readonly isPresent: boolean;
}

/** What is said of the group that a snapshot was taken in. */
export interface SnapshotGroupFacts {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** How many snapshots it was taken with. */
  readonly size: number;
}

/** What each brick's record says of the whole snapshot. */
export interface SnapshotFacts {
  readonly snapshot: string;
  readonly volume: string;
  readonly volumeId: string;
  /** Bytes that the volume promised. */
  readonly capacity: bigint;
  /** What its bricks are; none is an older record's, of images. */
  readonly provisioner?: 'loop' | 'lvm';
  /** Gluster's words. */
  readonly counts: {
    readonly replica: number;
    readonly arbiter: 0 | 1;
    readonly disperse: number;
    readonly redundancy: number;
    readonly subvols: number;
  };
  /** The source's, to be carried over to clones. */
  readonly options: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly description: string;
  readonly group: SnapshotGroupFacts | undefined;
  /** In volume order. */
  readonly members: readonly SnapshotMember[];
}

/**
 * `taking`: prepared, of a create that is under way or died. `taken`: all bricks stood still together, the image is
 * whole. `deleting`: a delete has begun.
 */
export type SnapshotState = 'taking' | 'taken' | 'deleting';

/** One brick's part of a snapshot. */
export interface StoredSnapshot extends SnapshotFacts {
  readonly subvol: number;
  readonly brick: number;
  readonly device: string;
  readonly state: SnapshotState;
  /** Of the coordinator that takes it, as bricks have. */
  readonly token: string;
  readonly dataBytes: bigint;
  /** Bytes that the device's account holds for it: the image's whole size. */
  readonly accountBytes: bigint;
  /** Milliseconds since the epoch: of the prepare; once `taken`, of the moment in which all bricks stood still. */
  readonly createdAt: number;
  /** Images of one family share blocks. */
  readonly family: string;
}

/** Which bricks of this server a snapshot shall have. */
export interface SnapshotRequest {
  readonly facts: SnapshotFacts;
  readonly bricks: readonly Pick<SnapshotMember, 'subvol' | 'brick'>[];
}

export interface SnapshotQuery {
  readonly snapshot?: string;
  readonly volume?: string;
  readonly group?: string;
}

/**
 * The snapshots of this server's bricks: reflinks of their images, which depend on nothing of their volume. Of thin
 * bricks it has the records alone: Gluster makes their snapshots, between `prepare` and `commit`. What a
 * process that dies leaves is `taking` or `deleting` and recognised by the next.
 */
export interface SnapshotStore {
  find(query: SnapshotQuery, call: Call): Promise<readonly StoredSnapshot[]>;
  /**
   * Reserves space and names for the snapshots of this server's bricks of the volumes. Throws `exhausted`, `busy`
   * (another token has the name), `wrong-state` (a brick is no image, or is not mounted).
   */
  prepare(token: string, requests: readonly SnapshotRequest[], call: Call): Promise<void>;
  /** Brings what the token prepared to a standstill for `seconds` at most. Throws `busy`, `unreachable`, `not-found`. */
  freeze(token: string, seconds: number, call: Call): Promise<void>;
  /** Reflinks the images, while they stand still. */
  take(token: string, call: Call): Promise<void>;
  /** True when everything stood still without a break since `freeze`, and was taken. */
  thaw(token: string, call: Call): Promise<boolean>;
  /** taking → taken, to last. Throws `not-found`. Twice is success. */
  commit(token: string, createdAt: number, call: Call): Promise<void>;
  /** Thaws, and removes what the token prepared and is still `taking`; nothing there is success. */
  forget(token: string, call: Call): Promise<void>;
  markDeleting(snapshot: string, call: Call): Promise<void>;
  /** Removes what is marked. */
  remove(snapshot: string, call: Call): Promise<void>;
  /** Tokens with something frozen by this process. */
  isFrozen(token: string): boolean;
}

/** What a brick is made a copy of. */
export interface BrickOrigin {
  readonly snapshot: string;
  /** The snapshot's source, after which replication's marks in it are named. */
  readonly volume: string;
  /** Bricks of the same set, by their number in the volume, of which the snapshot has nothing: to be healed. */
  readonly absent: readonly number[];
  /** Of thin bricks: Gluster's name of the snapshot's own volume, with which its logical volumes begin. */
  readonly glusterName?: string;
}
