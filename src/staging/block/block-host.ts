import type { Call } from '../../control/call.ts';
import type { Host } from '../host.ts';

/** The file systems that a block volume may be given. */
export const FS_TYPES = ['xfs', 'ext4'] as const;
export type FsType = (typeof FS_TYPES)[number];

/** A loop device over a file. */
export interface LoopDevice {
  /** `/dev/loop5` */
  readonly path: string;
  /** The kernel's number of this very device: `path` is another's once this one is gone. */
  readonly sequence: string;
  readonly isReadonly: boolean;
  /** It was told to go, and does so with its last user: nobody may begin to use it. */
  readonly isGoing: boolean;
  /** Past the page cache: what was acknowledged is in the file. */
  readonly isDirect: boolean;
}

/** A loop device and the file that it is made of. */
export interface Disk {
  readonly device: string;
  readonly file: string;
}

/**
 * What a device holds. `blank`: it was read, and nobody has ever written it; a device that cannot be read is never
 * blank. `other`: something that is none of the file systems here, or that is not known.
 */
export type Content = FsType | 'blank' | 'other';

export interface DeviceMount {
  readonly device: string;
  readonly fsType: FsType;
  readonly target: string;
  /** Allow-listed mount options. */
  readonly options: readonly string[];
}

/**
 * The machine, as volumes with a file system of their own need it: beside what `Host` has, file systems on devices.
 * What reads a device or a mount runs in a child with a deadline, so that every method may throw `timed-out`.
 */
export interface DeviceHost extends Host {
  /** Makes an empty file; a file that is there is success. Throws `conflict` when something else is there. */
  makeFile(path: string, call: Call): Promise<void>;
  /** Removes a file that is empty; absent is success. Throws `wrong-state` for anything else, also for a mount point. */
  removeFile(path: string, call: Call): Promise<void>;
  /**
   * Whether the file system that is mounted there still serves. `failed`: it gives errors and will not do otherwise
   * until it is mounted anew, as after its device could not be written for a time.
   */
  probeFileSystem(target: string, call: Call): Promise<'live' | 'failed' | 'hung'>;
  /** Makes a file system, whatever is there. */
  format(device: string, fsType: FsType, call: Call): Promise<void>;
  /**
   * Makes good what an unclean end may have left, if the file system wants that before it is mounted. Throws
   * `wrong-state` when it takes more than can be done without asking anybody.
   */
  check(device: string, fsType: FsType, call: Call): Promise<void>;
  /** Mounts the file system. Throws `wrong-state` when it is damaged, `unreachable` otherwise. */
  mountDevice(mount: DeviceMount, call: Call): Promise<void>;
  /** Grows the mounted file system to the size of its device; already so is success. */
  growFileSystem(mount: Omit<DeviceMount, 'options'>, call: Call): Promise<void>;
  /**
   * Unmounts what is on top of the target, and never detaches it lazily: what was not written might be written later.
   * Not mounted is success. Throws `timed-out` when it does not end, `wrong-state` while it is in use.
   */
  unmountWritten(target: string, call: Call): Promise<void>;
}

/**
 * The machine, as virtblock volumes need it: loop devices, and the file systems on them. Facts come from mountinfo and
 * sysfs. Implemented by `host/linux-block-host.ts` and in memory (`test/fakes`).
 */
export interface BlockHost extends DeviceHost {
  /**
   * The loop devices that are made of this file, which lies in the mount at its parent: also those that a process
   * attached which has been killed since, in whatever mount namespace. Those of a client that does not answer may be
   * left out.
   */
  loops(file: string, call: Call): Promise<readonly LoopDevice[]>;
  /**
   * The device of this path, unless it is gone, or known to be made of another file. One whose client does not answer
   * is taken for one of this file.
   */
  loopAt(disk: Disk, call: Call): Promise<LoopDevice | undefined>;
  /**
   * Makes a loop device of the file, with direct I/O and sectors of 4096 bytes. Throws `unreachable` where that cannot
   * be, `busy` when the device is gone already.
   */
  attachLoop(file: string, options: { readonly: boolean }, call: Call): Promise<LoopDevice>;
  /**
   * Takes the device away. False while something still uses it: then it goes with its last user. Gone is success, also
   * when the path is another device's by now, which is left alone.
   */
  detachLoop(loop: Pick<LoopDevice, 'path' | 'sequence'>, call: Call): Promise<boolean>;
  /** Bytes of the device. Throws `not-found` for one that is not attached. */
  deviceBytes(device: string, call: Call): Promise<bigint>;
  /** Gives the device the size that its file has by now, and resolves with it; never less than before. */
  growLoop(disk: Disk, call: Call): Promise<bigint>;
  /** What the device holds. Throws `unreachable` when it cannot be read. */
  content(disk: Disk, call: Call): Promise<Content>;
}
