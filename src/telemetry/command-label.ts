import { basename } from 'node:path';

/** Programs that driver and gateway run: the values of the label `command`, whose number has to be bounded. */
const COMMANDS: ReadonlySet<string> = new Set([
  'find',
  'gluster',
  'glusterfs',
  'grep',
  'in-cgroup',
  'losetup',
  'mkdir',
  'mkfs.xfs',
  'mount',
  'remount',
  'rmdir',
  'stat',
  'umount',
  'xfs_growfs',
  'xfs_io',
]);

/** The program's name without its folder; "other" for one that is not known here. */
export function toCommandLabel(file: string): string {
  const name = basename(file);
  return COMMANDS.has(name) ? name : 'other';
}
