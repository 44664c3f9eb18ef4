const MIB = 1024n * 1024n;
/** mkfs.xfs makes nothing smaller (xfsprogs 5.19 and later). */
const SMALLEST = 300n * MIB;
/** The log; fixed, so that it does not depend on what size an image began with. */
export const LOG_BYTES = 64n * MIB;
/** XFS keeps up to 8192 blocks back for itself. */
const RESERVED_BLOCKS = 32n * MIB;
/** Directories, .glusterfs, headers of allocation groups. */
const SMALL_THINGS = 16n * MIB;

/**
 * The size in bytes of an XFS image that takes `dataBytes` bytes of one file through Gluster with
 * storage.reserve 0. Measured overhead (xfsprogs 6.1, reflink): 96 MiB and 0.70 % (the most that the
 * reference count and free inode trees may need, kept back from the start). The share is rounded up to
 * 1/64: the rest is for the file's own extents (0.4 % when all were written 4 KiB at random) and inodes.
 * The df of it shows no less than `dataBytes`. A multiple of 1 MiB, the outer file system's extent hint.
 */
export function imageBytes(dataBytes: bigint): bigint {
  const needed = dataBytes + dataBytes / 64n + LOG_BYTES + RESERVED_BLOCKS + SMALL_THINGS;
  const rounded = ((needed + MIB - 1n) / MIB) * MIB;
  return rounded < SMALLEST ? SMALLEST : rounded;
}

/**
 * Allocation groups of a new image. They keep their size when it grows, so the fewest that mkfs.xfs takes
 * while it is small: from 1 GiB to 100 GiB makes 180 of them, not 360.
 */
export function allocationGroups(bytes: bigint): 2 | 4 {
  return bytes < 8n * 1024n * MIB ? 2 : 4;
}
