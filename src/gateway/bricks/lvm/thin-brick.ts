import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../control/fault.ts';
import { readMounts, topMount } from '../../../host/mountinfo.ts';
import { growXfs, makeXfs, mountXfs } from '../../../host/xfs.ts';
import { brickDirectory, MOUNT_POINT } from '../brick-record.ts';
import type { StoredBrick } from '../brick-store.ts';
import { cleanMarks } from '../clean-marks.ts';
import { familyOf } from '../family.ts';
import { allocationGroups, LOG_BYTES } from '../image-size.ts';
import { isShort } from '../loop-brick.ts';
import type { BrickOrigin } from '../snapshot-store.ts';
import type { StoreContext } from '../store-context.ts';
import { findVolume, readVolumes } from './groups.ts';
import { changeLvm } from './lvm-command.ts';
import { devicePath, groupOf, poolName, turnOf, unfinishedName, volumeName } from './names.ts';
import { fitPool } from './thin-pool.ts';
import { thinBytes } from './thin-size.ts';

/**
 * Makes the brick's pool, logical volume and file system and mounts it, with an empty brick directory; or all of it as
 * a snapshot has it. Only for a brick that has never been used. The last rename says that the volume is whole.
 */
export async function makeThinBrick(store: StoreContext, brick: StoredBrick): Promise<void> {
  if (!(await isThinMade(brick))) {
    const group = groupOf(brick.device);
    const name = volumeName(brick);
    const unfinished = unfinishedName(name);
    await store.serial.run(turnOf(brick.device), () => createVolume(store, brick, unfinished));
    if (brick.origin === undefined) {
      await store.step('mkfs');
      const agCount = allocationGroups(brick.accountBytes);
      const layout = { allocationGroups: agCount, logBytes: LOG_BYTES };
      await makeXfs(devicePath(group, unfinished), layout);
    }
    await store.step('thin-done');
    await changeLvm(['lvrename', group, unfinished, name], `name the logical volume ${name}`);
  }
  await mountThinBrick(store, brick);
  if (brick.origin === undefined) {
    await store.step('brick-directory');
    await mkdir(brick.path, { recursive: true });
  } else await clean(store, brick, brick.origin);
}

export async function isThinMade(brick: StoredBrick): Promise<boolean> {
  return (await findVolume(groupOf(brick.device), volumeName(brick))) !== undefined;
}

/**
 * Brings a made brick to what its record says: pool and logical volume of that size, active, mounted, file system
 * grown. Already so is success. Throws `wrong-state` when the volume is missing.
 */
export async function mountThinBrick(store: StoreContext, brick: StoredBrick): Promise<void> {
  const group = groupOf(brick.device);
  const name = volumeName(brick);
  const wanted = thinBytes(brick.accountBytes);
  await store.serial.run(turnOf(brick.device), async () => {
    const volume = await findVolume(group, name);
    if (volume === undefined)
      throw new Fault(
        'wrong-state',
        `logical volume ${group}/${name} is missing; restore it, or let gluster heal a new brick`,
      );
    await store.step('fit-pool');
    await fitPool(brick.device, familyOf(brick));
    const path = `${group}/${name}`;
    if (volume.bytes < wanted) {
      await store.step('extend');
      await changeLvm(['lvextend', '--size', `${wanted}b`, path], `grow ${path}`);
    }
    if (!volume.isActive)
      await changeLvm(['lvchange', '--activate', 'y', '--ignoreactivationskip', path], `activate ${path}`);
  });
  const target = join(brickDirectory(brick.device, brick), MOUNT_POINT);
  if (topMount(await readMounts(), target) === undefined) {
    await store.step('mount');
    await mountXfs(devicePath(group, name), target);
  }
  if (await isShort(target, wanted)) {
    await store.step('growfs');
    await growXfs(target);
  }
}

/** What an earlier try left unfinished is made anew. */
async function createVolume(store: StoreContext, brick: StoredBrick, name: string): Promise<void> {
  const group = groupOf(brick.device);
  if ((await findVolume(group, name)) !== undefined)
    await changeLvm(['lvremove', '--yes', `${group}/${name}`], `remove the unfinished ${group}/${name}`);
  await store.step('fit-pool');
  await fitPool(brick.device, familyOf(brick));
  await store.step('thin-volume');
  const what = `make the logical volume ${group}/${name}`;
  if (brick.origin !== undefined) {
    const source = `${group}/${await snapshotVolume(brick, brick.origin)}`;
    await changeLvm(
      ['lvcreate', '--yes', '--snapshot', '--setactivationskip', 'n', '--name', name, source],
      what,
    );
    return;
  }
  const size = ['--virtualsize', `${thinBytes(brick.accountBytes)}b`];
  const pool = `${group}/${poolName(familyOf(brick))}`;
  await changeLvm(['lvcreate', '--yes', '--type', 'thin', ...size, '--name', name, '--thinpool', pool], what);
}

/** Gluster names the logical volumes of a snapshot after the snapshot's own volume, with a number behind. */
async function snapshotVolume(brick: StoredBrick, { snapshot, glusterName }: BrickOrigin): Promise<string> {
  const group = groupOf(brick.device);
  const pool = poolName(familyOf(brick));
  const found = (await readVolumes(group)).find(
    (one) => one.pool === pool && one.name.startsWith(`${glusterName}_`),
  );
  if (found !== undefined) return found.name;
  throw new Fault(
    'not-found',
    `snapshot ${snapshot} has no logical volume in ${group} any more; delete it, it cannot be cloned`,
  );
}

async function clean(store: StoreContext, brick: StoredBrick, origin: BrickOrigin): Promise<void> {
  await store.step('clean');
  await cleanMarks(store.cleanBrick, {
    path: brick.path,
    source: origin.volume,
    clone: brick.volume,
    absent: origin.absent,
  });
}
