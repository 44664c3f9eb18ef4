import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readMounts, topMount } from '../../../host/mountinfo.ts';
import { mountXfs } from '../../../host/xfs.ts';
import type { StoreContext } from '../store-context.ts';
import { type Group, readGroups } from './groups.ts';
import { changeLvm } from './lvm-command.ts';
import { devicePath, RECORDS } from './names.ts';

/** Activates and mounts the records of all our groups, so that their bricks are known. Resolves with those that failed. */
export async function mountGroups({
  lvm,
}: Pick<StoreContext, 'lvm'>): Promise<readonly { readonly path: string; readonly reason: string }[]> {
  if (lvm === undefined) return [];
  const failed: { path: string; reason: string }[] = [];
  const attempt = async <T>(path: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failed.push({ path, reason: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  const groups = await attempt(lvm.mountRoot, () => readGroups(lvm.disks));
  for (const group of groups ?? []) await attempt(group.disk, () => mountRecords(lvm.mountRoot, group));
  return failed;
}

/** The device's directory. Mounted already is success. */
export async function mountRecords(mountRoot: string, { name }: Group): Promise<string> {
  const target = join(mountRoot, name);
  if (topMount(await readMounts(), target) !== undefined) return target;
  await mkdir(target, { recursive: true, mode: 0o700 });
  await changeLvm(['lvchange', '--activate', 'y', `${name}/${RECORDS}`], `activate the records of ${name}`);
  await mountXfs(devicePath(name, RECORDS), target);
  return target;
}
