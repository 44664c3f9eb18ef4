import type { Mount } from './host.ts';

/** Of all options of a Gluster mount, those that mountinfo shows and that are set once, when it is staged. */
const STAGED = ['nodev', 'nosuid', 'noexec', 'noatime'];

/** The first option in which a staged mount is not as asked, in words; undefined when it is as asked. */
export function differenceOf(mount: Mount, options: readonly string[]): string | undefined {
  return firstDifference(mount, options, ['ro', ...STAGED]);
}

/** The same for a bind of it, which may be read-only where the staged mount is not. */
export function bindDifferenceOf(staged: Mount, options: readonly string[]): string | undefined {
  return firstDifference(staged, options, STAGED);
}

function firstDifference(
  mount: Mount,
  options: readonly string[],
  among: readonly string[],
): string | undefined {
  const wrong = among.find((option) => mount.options.includes(option) !== options.includes(option));
  if (wrong === undefined) return undefined;
  return `it is mounted ${mount.options.includes(wrong) ? 'with' : 'without'} ${wrong}`;
}
