import type { Call } from '../../control/call.ts';
import type { Kept } from './kept.ts';

/** A block volume as its hosting volume has it. */
export interface HostedDisk {
  readonly name: string;
  /** Of its file: the truth. */
  readonly size: bigint;
}

/** A snapshot of a block volume, which lies on the hosting volume of its source. */
export interface HostedSnapshot {
  readonly name: string;
  /** The name of the block volume that it is of. */
  readonly volume: string;
  readonly size: bigint;
  /** Milliseconds since the epoch: what was acknowledged before is in it. */
  readonly createdAt: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** The directory of the brick whose copy is the snapshot. */
  readonly brick: string;
  /** Bytes from its beginning in which the copies of all bricks are known to be alike. */
  readonly settled: bigint;
  /** Its copies are being written, or were when the work on it was cut short: then none of them may be of one moment. */
  readonly spreading?: true;
  /** When it was last kept, as `createdAt`; absent: never since. */
  readonly keptAt?: number;
}

/** Content for a new file: what `from` makes of the file of this size at that path of the hosting volume. */
export interface Filling {
  readonly size: bigint;
  readonly from: (path: string) => Promise<void>;
}

/** The snapshots of one hosting volume. */
export interface HostedSnapshots {
  /** In order of name. */
  list(call: Call): Promise<readonly HostedSnapshot[]>;
  find(name: string, call: Call): Promise<HostedSnapshot | undefined>;
  /**
   * Makes an empty file of the size, has `copy` fill it, and keeps it with what `copy` tells, all at once. Throws
   * `conflict` when there is one of the name.
   */
  make(
    name: string,
    size: bigint,
    copy: (path: string) => Promise<HostedSnapshot>,
    call: Call,
  ): Promise<HostedSnapshot>;
  /** Keeps how far it is settled. */
  keep(snapshot: HostedSnapshot, call: Call): Promise<void>;
  /** Absent is success. */
  remove(name: string, call: Call): Promise<void>;
  /** Writes blocks (see BLOCK_BYTES) of the file `from` of this server to the file at `path` of the hosting volume. */
  overwrite(
    file: { readonly path: string; readonly from: string },
    blocks: readonly number[],
    call: Call,
  ): Promise<void>;
}

/** All that takes room on a hosting volume, and keeps it from being deleted. */
export interface Held<Disk extends HostedDisk = HostedDisk> {
  /** In order of name. */
  readonly disks: readonly Disk[];
  /** In order of name; virtblock alone has them. */
  readonly snapshots: readonly HostedSnapshot[];
}

/**
 * What lies on one hosting volume, whatever makes block volumes of it. Any method may throw `unreachable` or
 * `timed-out` when the volume does not answer; a changing one may then have done its work.
 */
export interface HostedFiles<Disk extends HostedDisk = HostedDisk> {
  /** Looks for disks first, then for snapshots: a disk may go once there is a snapshot of it. */
  list(call: Call): Promise<Held<Disk>>;
  /** Bytes of the file system that the bricks make. */
  totalBytes(call: Call): Promise<bigint>;
}

/** The files of one hosting volume of provider virtblock. */
export interface HostedDisks extends HostedFiles {
  /** Undefined when there is none, or one without its file. */
  find(name: string, call: Call): Promise<HostedDisk | undefined>;
  /** Of this size, sparse or filled, all at once. Throws `conflict` when there is one of the name. */
  make(disk: HostedDisk, call: Call, fill?: Filling): Promise<void>;
  /** At least this size. Throws `not-found`. */
  grow(disk: HostedDisk, call: Call): Promise<void>;
  /** Absent is success. */
  remove(name: string, call: Call): Promise<void>;
  /** Undefined when none was kept. */
  metadata(name: string, call: Call): Promise<Readonly<Record<string, string>> | undefined>;
  /** Undefined: nothing. */
  kept(name: string, call: Call): Promise<Kept | undefined>;
  /** In place of what is kept; undefined: nothing. */
  keep(name: string, kept: Kept | undefined, call: Call): Promise<void>;
  /** Keeps it where nothing is kept, atomically; resolves false where something is. */
  claim(name: string, kept: Kept, call: Call): Promise<boolean>;
  /** The directories of the block volume by which nodes mount it, or did; none when it is absent. */
  doors(name: string, call: Call): Promise<readonly string[]>;
  /**
   * Makes one, in which the file is too; it is there for good then. There already is success. Throws `not-found`,
   * `busy` when the door was closed meanwhile, `wrong-state` when another file has taken the disk's place in it.
   */
  openDoor(name: string, door: string, call: Call): Promise<void>;
  /** Removes them and what nodes left in them; the file stays. What does not go is left for the next time. */
  closeDoors(name: string, doors: readonly string[], call: Call): Promise<void>;
  readonly snapshots: HostedSnapshots;
}

/** Hosting volumes, mounted for as long as some work takes. */
export interface HostingMounts<Files = HostedDisks> {
  /** Throws `unreachable` when the volume cannot be mounted, and what the work throws. */
  use<T>(volume: string, work: (files: Files) => Promise<T>, call: Call): Promise<T>;
}
