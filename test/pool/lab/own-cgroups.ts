import { hierarchies } from './cgroups.ts';
import type { Machine } from './machine.ts';

const ROOT = '/sys/fs/cgroup';

/**
 * Mounts the hierarchies anew in a machine with a cgroup namespace of its own, so that it sees its tree alone: what
 * is mounted there shows the real machine's.
 */
export async function mountOwnCgroups(machine: Machine): Promise<void> {
  const all = (await hierarchies()).filter(({ mountPoint }) => mountPoint.startsWith(`${ROOT}/`));
  await machine.must(['umount', '--recursive', ROOT]);
  await machine.must(['mount', '-t', 'tmpfs', 'tmpfs', ROOT]);
  await machine.must(['mkdir', ...all.map(({ mountPoint }) => mountPoint)]);
  for (const { mountPoint, fsType, choice } of all)
    await machine.must([
      ...['mount', '-t', fsType],
      ...(choice === undefined ? [] : ['-o', choice]),
      ...[fsType, mountPoint],
    ]);
}
