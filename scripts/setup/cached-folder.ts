import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from './go.ts';

/** Results that nobody has asked for in this long make room for new ones of their kind. */
const KEPT_HOURS = 7 * 24;
const MAKING = '.making-';

/** What this process makes just now: whoever asks for the same waits for it. */
const inMaking = new Map<string, Promise<void>>();

/**
 * The folder `<name>-<key>` of the cache, filled by `make` the first time. It appears whole or not at all: `make`
 * works in a temporary folder beside it, which is renamed at the end and removed after a failure, whose error
 * is passed on. Two processes may make the same folder at once; both then use that of the first.
 */
export async function ensureCachedFolder(
  name: string,
  key: string,
  make: (folder: string) => Promise<void> | void,
  keptHours = KEPT_HOURS,
): Promise<string> {
  const folder = join(cacheFolder(), `${name}-${key}`);
  if (!existsSync(folder)) {
    const making = inMaking.get(folder) ?? fill(folder, make).finally(() => inMaking.delete(folder));
    inMaking.set(folder, making);
    await making;
    removeUnused(name, folder, keptHours * 3600_000);
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

async function fill(folder: string, make: (folder: string) => Promise<void> | void): Promise<void> {
  const making = join(dirname(folder), `${MAKING}${basename(folder)}-${process.pid}`);
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  try {
    await make(making);
    renameIfFirst(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** rename(2) puts a folder in the place of an empty one only: whoever comes second finds it taken. */
function renameIfFirst(making: string, folder: string): void {
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

/** A short key for what a result depends on: the words as they are, and the content of the files. */
export function keyOf(words: readonly string[], files: readonly string[] = []): string {
  const hash = createHash('sha256');
  for (const word of words) hash.update(word).update('\0');
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

function removeUnused(name: string, current: string, keptMs: number): void {
  const cache = dirname(current);
  const results = new RegExp(`^(?:\\${MAKING})?${name}-[0-9a-f]{16}(?:-\\d+)?$`);
  for (const entry of readdirSync(cache)) {
    const folder = join(cache, entry);
    if (results.test(entry) && folder !== current && Date.now() - statSync(folder).mtimeMs > keptMs) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
