import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Fault } from '../control/fault.ts';

/** A file's content and its permission bits, of one and the same file. */
export interface FileContent {
  readonly content: Buffer;
  readonly mode: number;
}

const MAX_BYTES = 1024 * 1024;
/** How long a look at the file holds: a key or certificate is renewed within this time, no restart needed. */
const RECHECK_MS = 1_000;

/**
 * Reads a configuration file again whenever it has changed (also when a symbolic link now leads elsewhere,
 * as in a mounted Kubernetes Secret). The same value is returned as long as the file stays the same.
 * Throws `unreachable` when it cannot be read, and whatever `parse` throws.
 */
export function changingFile<T>(
  path: string,
  parse: (file: FileContent) => T,
  recheckMs = RECHECK_MS,
): () => Promise<T> {
  let known: { readonly stamp: string; readonly value: T; checkedAt: number } | undefined;
  return async () => {
    if (known !== undefined && performance.now() - known.checkedAt < recheckMs) return known.value;
    try {
      const stamp = toStamp(path, await stat(path));
      if (known?.stamp !== stamp) known = { ...(await readStamped(path, parse)), checkedAt: 0 };
    } catch (error) {
      throw error instanceof Fault ? error : unreadable(path, error);
    }
    known.checkedAt = performance.now();
    return known.value;
  };
}

async function readStamped<T>(path: string, parse: (file: FileContent) => T) {
  const file = await open(path, 'r');
  try {
    // Asked of the open file: mode and content are those of one file even while it is being replaced.
    const stats = await file.stat();
    const stamp = toStamp(path, stats);
    return { stamp, value: parse({ content: await file.readFile(), mode: stats.mode & 0o777 }) };
  } finally {
    await file.close();
  }
}

/** What changes when the file does. Refuses what must not be opened or read whole, like a FIFO. */
function toStamp(path: string, stats: Stats): string {
  if (!stats.isFile()) throw new Fault('unreachable', `${path} is not a regular file; name the file itself`);
  if (stats.size > MAX_BYTES) {
    throw new Fault('unreachable', `${path} is larger than ${MAX_BYTES} bytes; name the right file`);
  }
  return [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(':');
}

function unreadable(path: string, error: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new Fault(
    'unreachable',
    `${path} cannot be read (${code}); check that it exists and its permissions`,
    {
      cause: error,
    },
  );
}
