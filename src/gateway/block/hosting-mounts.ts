import type { Call } from '../../control/call.ts';

/** A block volume as its hosting volume has it. */
export interface HostedDisk {
  readonly name: string;
  /** Of its file: the truth. */
  readonly size: bigint;
}

/**
 * The files of one hosting volume. Any method may throw `unreachable` or `timed-out` when the volume does not
 * answer; a changing one may then have done its work.
 */
export interface HostedDisks {
  /** Whole ones only, in order of name. */
  list(call: Call): Promise<readonly HostedDisk[]>;
  /** Undefined when there is none, or one without its file. */
  find(name: string, call: Call): Promise<HostedDisk | undefined>;
  /** Sparse and of this size, all at once. Throws `conflict` when there is one of the name. */
  make(disk: HostedDisk, call: Call): Promise<void>;
  /** At least this size. Throws `not-found`. */
  grow(disk: HostedDisk, call: Call): Promise<void>;
  /** Absent is success. */
  remove(name: string, call: Call): Promise<void>;
  /** Undefined when none was kept. */
  metadata(name: string, call: Call): Promise<Readonly<Record<string, string>> | undefined>;
  keepMetadata(name: string, metadata: Readonly<Record<string, string>>, call: Call): Promise<void>;
  /** What lio keeps with the disk (see `lio/export-state.ts`); undefined when there is nothing. */
  exportState(name: string, call: Call): Promise<string | undefined>;
  /** Bytes of the file system that the bricks make. */
  totalBytes(call: Call): Promise<bigint>;
}

/** Hosting volumes, mounted for as long as some work takes. */
export interface HostingMounts {
  /** Throws `unreachable` when the volume cannot be mounted, and what the work throws. */
  use<T>(volume: string, work: (disks: HostedDisks) => Promise<T>, call: Call): Promise<T>;
}
