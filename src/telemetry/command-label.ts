import { basename } from 'node:path';

/** Programs that driver and gateway run: the values of the label `command`, whose number has to be bounded. */
const COMMANDS: ReadonlySet<string> = new Set([
  'blkid',
  'brick-file',
  'clean-brick',
  'dd',
  'e2fsck',
  'find',
  'freeze',
  'gluster',
  'gluster-block',
  'glusterfs',
  'grep',
  'iscsiadm',
  'iscsid',
  'ln',
  'losetup',
  'mkdir',
  'mkfs.ext4',
  'mkfs.xfs',
  'mount',
  'multipath',
  'multipathd',
  'own-blocks',
  'remount',
  'resize2fs',
  'rmdir',
  'stat',
  'umount',
  'unlink',
  'xfs_growfs',
  'xfs_io',
  'xfs_spaceman',
]);

/** `in-cgroup NAMESPACE GROUP... -- PROGRAM`, `nsenter … -- PROGRAM`: they become the program, whose time this is. */
const BECOME_ANOTHER: ReadonlySet<string> = new Set(['in-cgroup', 'nsenter']);

/** The program's name without its folder; "other" for one that is not known here. */
export function toCommandLabel([file = '', ...args]: readonly string[]): string {
  const name = basename(file);
  if (BECOME_ANOTHER.has(name)) return toCommandLabel(args.slice(args.indexOf('--') + 1));
  return COMMANDS.has(name) ? name : 'other';
}
