import type { Call } from '../../control/call.ts';

/** A block volume as its hosting volume has it. */
export interface HostedDisk {
  readonly name: string;
  /** Of its file: the truth. */
  readonly size: bigint;
}

/**
 * What lies on one hosting volume, whatever makes block volumes of it. Any method may throw `unreachable` or
 * `timed-out` when the volume does not answer; a changing one may then have done its work.
 */
export interface HostedFiles<Disk extends HostedDisk = HostedDisk> {
  /** All that takes room, in order of name. */
  list(call: Call): Promise<readonly Disk[]>;
  /** Bytes of the file system that the bricks make. */
  totalBytes(call: Call): Promise<bigint>;
}

/** The files of one hosting volume of provider virtblock. */
export interface HostedDisks extends HostedFiles {
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
}

/** Hosting volumes, mounted for as long as some work takes. */
export interface HostingMounts<Files = HostedDisks> {
  /** Throws `unreachable` when the volume cannot be mounted, and what the work throws. */
  use<T>(volume: string, work: (files: Files) => Promise<T>, call: Call): Promise<T>;
}
