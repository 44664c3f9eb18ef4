import type { Mount } from '../host.ts';
import { FS_TYPES, type FsType } from './block-host.ts';

/** A container's /dev may be a tmpfs. */
const DEV = ['devtmpfs', 'tmpfs'];

/** What pods have of a volume with a device: its file system, or its node. */
export interface ContentMount extends Mount {
  /** Undefined: the device's node. */
  readonly fileSystem: FsType | undefined;
}

/** How mountinfo shows a kind of device. */
export interface DeviceForm {
  /** As the source of a file system, `/dev/loop5`. */
  readonly source: RegExp;
  /** As the root of a bind of its node, `/loop5`. */
  readonly node: RegExp;
}

/** Undefined for a mount of anything else. */
export function toContentMount(mount: Mount, form: DeviceForm): ContentMount | undefined {
  const fileSystem = FS_TYPES.find((one) => one === mount.fsType);
  if (fileSystem !== undefined && mount.root === '/' && form.source.test(mount.source)) {
    return { ...mount, fileSystem };
  }
  const isNode = DEV.includes(mount.fsType) && form.node.test(mount.root);
  return isNode ? { ...mount, fileSystem: undefined } : undefined;
}

/** True for binds of one and the same thing. */
export function isSameContent(a: Mount, b: Mount): boolean {
  return a.device === b.device && a.root === b.root;
}

/** Where else than at these targets the same file system or device is mounted, on this side of containers. */
export function otherUses(
  mounts: readonly Mount[],
  content: Mount,
  targets: readonly string[],
): readonly Mount[] {
  return mounts.filter(
    (mount) => isSameContent(mount, content) && !targets.some((target) => mount.target.endsWith(target)),
  );
}
