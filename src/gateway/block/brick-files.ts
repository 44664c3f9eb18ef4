import type { Call } from '../../control/call.ts';

/** Blocks in which bricks are compared: 256 KiB. */
export const BLOCK_BYTES = 256 * 1024;

/** The file of one brick. */
export interface BrickFile {
  /** The hosting volume. */
  readonly volume: string;
  /** The brick's directory, as Gluster has it. */
  readonly brick: string;
  /** In the brick, as in the volume. */
  readonly path: string;
}

export interface FileLook {
  /** Gluster's id of the file, the same on all bricks. */
  readonly gfid: string;
  readonly size: bigint;
  /** The brick knows of another that it missed a change of the file. */
  readonly blames: boolean;
}

export interface BlockRange {
  readonly first: number;
  readonly count: number;
  /** Chosen at random after the content was fixed; see `src/native/brick-file.c`. */
  readonly keys: readonly [string, string];
}

/**
 * Files of block volumes on one server's bricks, past Gluster. Any method may throw `not-found` (no such brick in use
 * here, or no such file), `wrong-state` (its bricks are no images with reflink), `unreachable`, `timed-out`.
 */
export interface BrickFiles {
  look(file: BrickFile, call: Call): Promise<FileLook>;
  /** Makes the file at `to`, which is there, a reflink of this one that lasts, and tells its size. */
  clone(file: BrickFile, to: string, call: Call): Promise<bigint>;
  /** A sum of each block that is not all zeros. */
  digest(file: BrickFile, range: BlockRange, call: Call): Promise<ReadonlyMap<number, string>>;
  /** Writes these blocks of this brick's file to all bricks, through Gluster. Of a file of ours only. */
  spread(file: BrickFile, blocks: readonly number[], call: Call): Promise<void>;
}
