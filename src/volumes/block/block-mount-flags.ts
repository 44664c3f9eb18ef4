import { invalid } from '../../control/fault.ts';
import { describeUnknown } from '../unknown-name.ts';

/**
 * The mount flags that a block volume may ask for: those of mount(8) that XFS and ext4 have in common, none of which
 * takes a value, gives rights, or makes the file system less safe than its default.
 */
export const BLOCK_MOUNT_FLAGS: readonly string[] = [
  ...[
    'dirsync',
    'discard',
    'lazytime',
    'noatime',
    'nodev',
    'nodiratime',
    'noexec',
    'nosuid',
    'relatime',
    'ro',
  ],
  ...['rw', 'strictatime', 'sync'],
];

/**
 * Checks mount flags and gives them one by one, each once; an element may hold several with commas between. Throws
 * `invalid`, naming the flag.
 */
export function parseBlockMountFlags(flags: readonly string[], field = 'mount_flags'): readonly string[] {
  const all = flags.flatMap((flag) => flag.split(','));
  const unknown = all.find((flag) => !BLOCK_MOUNT_FLAGS.includes(flag));
  if (unknown !== undefined) {
    const name = (unknown.split('=')[0] ?? '').slice(0, 64);
    throw invalid(field, `"${name}" ${describeUnknown(name, BLOCK_MOUNT_FLAGS)}; none takes a value`);
  }
  if (all.includes('ro') && all.includes('rw'))
    throw invalid(field, '"ro" and "rw" exclude each other; give one');
  return [...new Set(all)];
}
