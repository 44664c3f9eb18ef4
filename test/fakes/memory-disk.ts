import type { Content } from '../../src/staging/block/block-host.ts';

/** A block volume's directory on its hosting volume, as all machines see it. */
export interface MemoryDisk {
  bytes: bigint;
  content: Content;
  /** Of its file system. */
  fileSystemBytes: bigint;
  /** Beside the disk. */
  readonly files: Set<string>;
  /** How often a file system was made: each time what was there is lost. */
  formatted: number;
  isDamaged: boolean;
}

export function newDisk(bytes: bigint): MemoryDisk {
  return { bytes, content: 'blank', fileSystemBytes: 0n, files: new Set(), formatted: 0, isDamaged: false };
}
