import type { Content } from '../../src/staging/block/block-host.ts';

/** A block volume's directory on its hosting volume, as all machines see it. */
export interface MemoryDisk {
  bytes: bigint;
  content: Content;
  /** Of its file system. */
  fileSystemBytes: bigint;
  /** As `BlockHost.mark` does. */
  isMarked: boolean;
  /** How often a file system was made: each time what was there is lost. */
  formatted: number;
  isDamaged: boolean;
}

export function newDisk(bytes: bigint): MemoryDisk {
  return { bytes, content: 'blank', fileSystemBytes: 0n, isMarked: false, formatted: 0, isDamaged: false };
}
