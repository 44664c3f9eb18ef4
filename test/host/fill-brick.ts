import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredBrick } from '../../src/gateway/bricks/brick-store.ts';
import { command } from './outer-xfs.ts';

/** What a brick's one file consists of. */
const CHUNK = Buffer.alloc(1024 * 1024, 'a');

/** Preallocates so many bytes and writes every other 4 KiB of them: no other way takes more extents. */
export async function scatter(brick: StoredBrick, bytes: number): Promise<void> {
  await command('fallocate', ['--length', String(bytes), dataOf(brick)]);
  await overwrite(brick, 4096, 2);
}

/** Writes one file until the file system refuses, and says with what. */
export async function fill(brick: StoredBrick): Promise<string> {
  return onData(brick, 'r+', async (file) => {
    try {
      for (;;) await file.write(CHUNK);
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    } finally {
      await file.sync();
    }
  });
}

/** Overwrites the file in pieces of a size, every `stride`th of them from the `first`, and makes it durable. */
export async function overwrite(
  brick: StoredBrick,
  pieceBytes: number,
  stride: number,
  first = 0,
): Promise<void> {
  await onData(brick, 'r+', async (file) => {
    const { size } = await file.stat();
    const piece = CHUNK.subarray(0, pieceBytes);
    for (let at = first * pieceBytes; at + pieceBytes <= size; at += pieceBytes * stride)
      await file.write(piece, 0, pieceBytes, at);
    await file.sync();
  });
}

/** Reads the file back and returns how long it is. */
export async function readAll(brick: StoredBrick): Promise<bigint> {
  return onData(brick, 'r', async (file) => {
    const buffer = Buffer.alloc(CHUNK.length);
    for (let total = 0n; ; ) {
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return total;
      if (!buffer.subarray(0, bytesRead).equals(CHUNK.subarray(0, bytesRead)))
        throw new Error(`${brick.volume} is corrupt`);
      total += BigInt(bytesRead);
    }
  });
}

function dataOf(brick: StoredBrick): string {
  return join(brick.path, 'data');
}

async function onData<T>(
  brick: StoredBrick,
  flags: 'r' | 'r+',
  work: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(dataOf(brick), flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}
