import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { invalid } from '../../control/fault.ts';
import { isAbsent } from './device-mark.ts';

const CHILD = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,100}$/;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * Where devices may lie: a root or a direct child of one. Throws `invalid` for anything else. Text only;
 * `checkDirectory` looks at what is there.
 */
export function checkDevicePath(path: string, roots: readonly string[]): string {
  const plain = path.startsWith('/') && normalize(path) === path && path !== '/' && !path.endsWith('/');
  const allowed = roots.includes(path) || (roots.includes(dirname(path)) && isChildName(path));
  if (!plain || !allowed)
    throw invalid('device', `${JSON.stringify(path)} is not one of, or directly below, ${roots.join(', ')}`);
  return path;
}

function isChildName(path: string): boolean {
  return CHILD.test(path.slice(dirname(path).length + 1));
}

/**
 * Looks at a directory and all above it. Throws `invalid` unless each is a directory, no symbolic link,
 * owned by root and writable by root alone (or sticky, as /tmp is): nobody else can swap one of them.
 */
export async function checkDirectory(path: string): Promise<void> {
  const parts = path.split('/').slice(1);
  for (const index of parts.keys()) {
    const part = `/${parts.slice(0, index + 1).join('/')}`;
    const reason = objection(await lstatOf(part));
    if (reason !== undefined) throw invalid('device', `${part} ${reason}`);
  }
}

function objection(stats: Stats | undefined): string | undefined {
  if (stats === undefined) return 'does not exist';
  if (stats.isSymbolicLink()) return 'is a symbolic link; name what it points to';
  if (!stats.isDirectory()) return 'is no directory';
  if (stats.uid !== 0) return 'does not belong to root; chown it';
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0 && (stats.mode & STICKY) === 0)
    return 'can be written by others than root; chmod it';
  return undefined;
}

async function lstatOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Directories that might be devices: the roots and their direct children. A root that is absent has none. */
export async function candidateDevices(roots: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(roots.map(withChildren));
  return [...new Set(found.flat())].sort();
}

async function withChildren(root: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
    return [root, ...folders.filter(isChildName)];
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Names in a directory; none when it does not exist. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
