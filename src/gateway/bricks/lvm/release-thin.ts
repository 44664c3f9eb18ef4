import type { StoredBrick } from '../brick-store.ts';
import { familyOf } from '../family.ts';
import { readVolumes } from './groups.ts';
import { changeLvm } from './lvm-command.ts';
import { groupOf, poolName, unfinishedName, volumeName } from './names.ts';

/**
 * Removes an unmounted brick's logical volume, and the pool once nothing lies in it: snapshots and clones keep it. The
 * caller holds the group's turn. Already gone is success. Throws `busy` while somebody still has the file system.
 */
export async function releaseThinBrick(
  brick: StoredBrick,
  step: (name: string) => Promise<void>,
): Promise<void> {
  const group = groupOf(brick.device);
  const name = volumeName(brick);
  const own = [name, unfinishedName(name)];
  for (const volume of await readVolumes(group)) {
    if (!own.includes(volume.name)) continue;
    await step('remove-volume');
    const path = `${group}/${volume.name}`;
    await changeLvm(['lvremove', '--yes', path], `remove the logical volume ${path}`);
  }
  const pool = (await readVolumes(group)).find((volume) => volume.name === poolName(familyOf(brick)));
  if (pool === undefined || pool.members > 0n) return;
  await step('remove-pool');
  await changeLvm(
    ['lvremove', '--yes', `${group}/${pool.name}`],
    `remove the thin pool ${group}/${pool.name}`,
  );
}
