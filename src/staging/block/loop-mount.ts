import type { Mount } from '../host.ts';
import { FS_TYPES, type FsType } from './block-host.ts';

const DEVICE = /^\/dev\/loop\d+$/;
/** A device node, as mountinfo shows a bind of it; a container's /dev may be a tmpfs. */
const NODE = /^\/(loop\d+)$/;
const DEV = ['devtmpfs', 'tmpfs'];

/** A loop device's file system, or its node, that is mounted. */
export interface LoopMount extends Mount {
  /** `/dev/loop5` */
  readonly loop: string;
  /** Undefined: the device's node. */
  readonly fileSystem: FsType | undefined;
}

/** Undefined for a mount of anything else. */
export function toLoopMount(mount: Mount): LoopMount | undefined {
  const fileSystem = FS_TYPES.find((one) => one === mount.fsType);
  if (fileSystem !== undefined && mount.root === '/' && DEVICE.test(mount.source)) {
    return { ...mount, loop: mount.source, fileSystem };
  }
  const name = DEV.includes(mount.fsType) ? NODE.exec(mount.root)?.[1] : undefined;
  return name === undefined ? undefined : { ...mount, loop: `/dev/${name}`, fileSystem: undefined };
}

/** True for binds of one and the same thing. */
export function isSameContent(a: Mount, b: Mount): boolean {
  return a.device === b.device && a.root === b.root;
}
