import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { IMAGE, RECORD } from './brick-record.ts';
import { namesIn } from './device-paths.ts';

const MIB = 1024n * 1024n;

/** One file system as the account sees it. Several devices may lie on it: they share it. */
export interface FileSystemFacts {
  readonly sizeBytes: bigint;
  readonly availableBytes: bigint;
  /** Certainly taken by images of ours so far. */
  readonly imageBytes: bigint;
  /** Promised to images and to directories. */
  readonly promisedToImages: bigint;
  readonly promisedToDirectories: bigint;
}

/**
 * What the outer file system may need for itself once all images are fully written: their extents (0.4 %
 * when an image was written 4 KiB at random), directories, its own reserve. Beyond that, an image would
 * meet ENOSPC below its own size, and its file system shut down.
 */
export function marginBytes(sizeBytes: bigint): bigint {
  return sizeBytes / 100n + 64n * MIB;
}

/** Bytes that images may still come to take, at most. A file system with fewer has not what it promises. */
export function owedBytes({ promisedToImages, imageBytes }: FileSystemFacts): bigint {
  return promisedToImages > imageBytes ? promisedToImages - imageBytes : 0n;
}

/** Bytes that may still be promised; below 0 when the promises exceed the file system. */
export function unpromisedBytes(facts: FileSystemFacts): bigint {
  const available = facts.availableBytes - owedBytes(facts);
  // What directories hold cannot be told from foreign files without walking them: they are taken to have
  // written nothing, or as much as lets the file system's own size be the limit.
  const size = facts.sizeBytes - facts.promisedToImages - facts.promisedToDirectories;
  return (available < size ? available : size) - marginBytes(facts.sizeBytes);
}

/** Size, space and identity of the file system that a device lies on. */
export async function readFileSystem(device: string) {
  const [usage, { dev }] = await Promise.all([statfs(device, { bigint: true }), stat(device)]);
  return { id: dev, sizeBytes: usage.blocks * usage.bsize, availableBytes: usage.bavail * usage.bsize };
}

export interface ImageUse {
  readonly path: string;
  /** Of its blocks, also those that it shares. */
  readonly allocatedBytes: bigint;
  /** The image's size: what a brick with a damaged record is taken to be promised. */
  readonly sizeBytes: bigint;
  /** Number of the file on its file system; 0 for none. */
  readonly file: bigint;
}

/** What the image in a brick's directory takes; zero for directories and bricks without one yet. */
export async function readImageUse(directory: string): Promise<ImageUse> {
  const path = join(directory, IMAGE);
  try {
    const stats = await stat(path, { bigint: true });
    return { path, allocatedBytes: stats.blocks * 512n, sizeBytes: stats.size, file: stats.ino };
  } catch {
    return { path, allocatedBytes: 0n, sizeBytes: 0n, file: 0n };
  }
}

/** Directories of all bricks on a device, those with a damaged record too. */
export async function brickDirectories(device: string): Promise<readonly string[]> {
  const names = await namesIn(join(device, 'bricks'));
  return names.filter((name) => name !== RECORD).map((name) => join(device, 'bricks', name));
}
