import { type ContentMount, toContentMount } from '../block/content-mount.ts';
import type { Mount } from '../host.ts';
import type { LunMap } from './iscsi-host.ts';

const FORM = { source: /^\/dev\/mapper\/[^/]+$/, node: /^\/(?:dm-\d+|mapper\/[^/]+)$/ };

/** A multipath device's file system, or its node, that is mounted. Undefined for a mount of anything else. */
export function toLunMount(mount: Mount): ContentMount | undefined {
  return toContentMount(mount, FORM);
}

/** Whether the mount is the map's file system, or a bind of its node. */
export function isOfMap(mount: Mount, { device, node, number }: LunMap): boolean {
  const content = toLunMount(mount);
  if (content === undefined) return false;
  if (content.fileSystem !== undefined) return mount.device === number;
  return mount.root === `/${node}` || `/dev${mount.root}` === device;
}
