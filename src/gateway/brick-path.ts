import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { invalid } from '../control/fault.ts';

export interface BrickPathRules {
  /** The configured deviceRoots. */
  readonly roots: readonly string[];
  /** Devices of the brick store, below which only it makes bricks. */
  readonly devices: readonly string[];
  /** The last directory may be absent, gluster makes it. */
  readonly create: boolean;
}

const PATH = /^(?:\/[A-Za-z0-9_][A-Za-z0-9._-]{0,200}){1,64}$/;
const MAX_LENGTH = 1024;

/**
 * Throws `invalid` unless a client may name this path of this server as a brick: below a device root, outside
 * the devices, each component of it a real directory (no symbolic link).
 */
export async function checkBrickPath(path: string, rules: BrickPathRules): Promise<void> {
  if (path.length > MAX_LENGTH || !PATH.test(path)) {
    throw invalid('bricks.path', 'is no plain absolute path of letters, digits, ".", "_" and "-"');
  }
  const root = rules.roots.find((one) => isBelow(path, one));
  if (root === undefined)
    throw invalid('bricks.path', `${path} does not lie below a device root of its server`);
  const device = rules.devices.find((one) => path === one || isBelow(path, one) || isBelow(one, path));
  if (device !== undefined)
    throw invalid('bricks.path', `${path} overlaps the device ${device}; choose another`);
  for (const component of componentsOf(path)) {
    const isLast = component === path;
    if (await isDirectory(component)) continue;
    if (!isLast || !rules.create) throw invalid('bricks.path', `${component} does not exist on its server`);
  }
}

function isBelow(path: string, root: string): boolean {
  return path.startsWith(`${root.replace(/\/+$/, '')}/`);
}

/** "/a/b/c" gives "/a", "/a/b", "/a/b/c". */
function componentsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === '/' ? [path] : [...componentsOf(parent), join(parent, path.slice(parent.length + 1))];
}

/** False when absent. Throws `invalid` for a symbolic link or another kind of file. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    const found = await lstat(path);
    if (found.isDirectory()) return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw invalid('bricks.path', `${path} cannot be examined on its server`, { cause: error });
  }
  throw invalid('bricks.path', `${path} is a symbolic link or no directory`);
}
