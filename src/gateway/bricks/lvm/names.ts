import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { formatKey } from '../brick-record.ts';
import type { StoredBrick } from '../brick-store.ts';

/** Marks a volume group as a device of ours, and begins its name. No name has a hyphen: device-mapper doubles those. */
export const GROUP_TAG = 'gluster_csi';
/** The logical volume with the records of a group's bricks. */
export const RECORDS = 'records';

const HASH_CHARACTERS = 24;

/** A device's directory is named after its group. */
export function groupOf(device: string): string {
  return basename(device);
}

/** True for the directory of a device that is a group of ours: no other begins so. */
export function isGroup(device: string): boolean {
  return groupOf(device).startsWith(`${GROUP_TAG}_`);
}

/** The thin pool of a brick, its snapshots and their clones, which share blocks. */
export function poolName(family: string): string {
  return `pool_${hash(family)}`;
}

/** A brick's logical volume, found from its record alone. LVM's names are shorter than those of Gluster's volumes. */
export function volumeName(brick: StoredBrick): string {
  return `brick_${hash(`${formatKey(brick)}@${brick.createdAt}`)}`;
}

/** The name until its file system is complete. */
export function unfinishedName(name: string): string {
  return `${name}_making`;
}

export function devicePath(group: string, name: string): string {
  return `/dev/mapper/${group}-${name}`;
}

/** The key of store.serial under which a group's logical volumes change. */
export function turnOf(device: string): string {
  return `group ${groupOf(device)}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
}
