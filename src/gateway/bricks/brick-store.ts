import type { Call } from '../../control/call.ts';
import type { BrickRestore } from './restore-store.ts';
import type { BrickOrigin } from './snapshot-store.ts';

export type Provisioner = 'loop' | 'directory' | 'lvm';

/** Which brick of which volume: subvolume and brick number from 0. */
export interface BrickKey {
  readonly volume: string;
  readonly subvol: number;
  readonly brick: number;
}

export interface BrickRequest extends BrickKey {
  /** The device's directory on this server. */
  readonly device: string;
  readonly provisioner: Provisioner;
  /** Bytes of data that the brick must take; the store adds what its file system needs. */
  readonly dataBytes: bigint;
  /** Made a copy of this brick's part of a snapshot, which lies on the same device; else empty. */
  readonly origin?: BrickOrigin;
}

/**
 * Where a brick is in its life. `reserved`: made for a create that is under way, its token's coordinator may
 * undo it. `used`: the volume may have been started, it may hold data. `deleting`: a delete has begun and
 * nothing but it may touch the brick; it goes once the volume is gone.
 */
export type BrickState = 'reserved' | 'used' | 'deleting';

export interface StoredBrick extends BrickRequest {
  readonly state: BrickState;
  /** Of the coordinator that reserved it: `<peer id>:<process id>:<create id>`. */
  readonly token: string;
  /** The directory that gluster gets; it exists only while the brick's file system is mounted. */
  readonly path: string;
  /** Bytes that the brick's account holds on the device (image size, logical volume and its metadata; for directories, dataBytes). */
  readonly accountBytes: bigint;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Copy of the volume's record (`volume-record.ts`), for when Gluster has lost it; none while `reserved`. */
  readonly record?: string;
  /** Images of one family share blocks; its own, when it has none. */
  readonly family?: string;
  /** While its volume is on its way back to a snapshot. */
  readonly restore?: BrickRestore;
}

export interface StoredDevice {
  /** Its directory. */
  readonly path: string;
  /** The disk that an administrator named, when it is not the directory. */
  readonly source?: string;
  readonly provisioner: Provisioner;
  readonly state: 'enabled' | 'disabled';
  /** What all bricks together could have: the file system's size less foreign files and a margin. */
  readonly totalBytes: bigint;
  /** Promised to bricks and snapshots. */
  readonly usedBytes: bigint;
  /** totalBytes - usedBytes, never below 0. */
  readonly freeBytes: bigint;
  readonly bricks: number;
  /** Images of snapshots, and what of usedBytes is promised to them. */
  readonly snapshots: number;
  readonly snapshotBytes: bigint;
  /** The file system that the device lies on, which other devices and files may share: its size, and what it has left. */
  readonly sizeBytes: bigint;
  readonly availableBytes: bigint;
  /** What images on that file system may still come to take; beyond availableBytes it has not what it promises. */
  readonly owedBytes: bigint;
}

/**
 * The bricks and devices of this server, read from the devices themselves: there is no database. Each method
 * leaves, at whatever point the process dies, a state that the next call recognises. A device is a directory
 * below the configured roots that carries our mark, or a volume group, whose records lie in such a directory.
 */
export interface BrickStore {
  devices(call: Call): Promise<readonly StoredDevice[]>;
  /**
   * Marks a directory as a device, or makes a volume group of a disk. Throws `conflict` when it is one, `invalid` when
   * it is outside the roots, not empty, no directory, or (loop) not on a reflink XFS; for a disk: not named in the
   * configuration or not blank.
   */
  addDevice(path: string, provisioner: Provisioner, call: Call): Promise<StoredDevice>;
  /** By directory or disk. Throws `not-found`. */
  setDeviceState(path: string, state: 'enabled' | 'disabled', call: Call): Promise<void>;
  /** Throws `not-found`, `wrong-state` while bricks lie on it. */
  removeDevice(path: string, call: Call): Promise<void>;

  /** All bricks on this server, or those of one volume. */
  bricks(volume: string | undefined, call: Call): Promise<readonly StoredBrick[]>;
  /**
   * Makes the bricks (images made and mounted, empty brick directories), all or none, in the state `reserved`.
   * The same token again for the same bricks is success. Throws `exhausted` (says how much is free),
   * `busy` when another token's brick has the key, `not-found` for the device, `wrong-state` when it is disabled.
   */
  reserve(token: string, requests: readonly BrickRequest[], call: Call): Promise<readonly StoredBrick[]>;
  /**
   * reserved → used, with a copy of the volume's record. Already used by this token is success. Throws `not-found`
   * when the token's bricks are gone, `invalid` for a record beyond 4000 bytes.
   */
  use(volume: string, token: string, record: string, call: Call): Promise<void>;
  /** Replaces the copy of the record in the used bricks of the volume; none there is success. Throws `invalid`. */
  setRecord(volume: string, record: string, call: Call): Promise<void>;
  /** Removes what this token reserved for the volume and is still `reserved`; nothing there is success. */
  undo(volume: string, token: string, call: Call): Promise<void>;
  /** Any state → deleting. */
  markDeleting(volume: string, call: Call): Promise<void>;
  /** Removes the bricks in state `deleting`, by way of the trash folder. The caller has made sure that the volume is gone. */
  remove(volume: string, call: Call): Promise<void>;
  /** Grows every used brick of the volume to take dataBytes(brick) bytes, online. Never shrinks. Throws `exhausted`, before anything has grown, `busy` while the volume is being restored. */
  grow(volume: string, dataBytes: (brick: StoredBrick) => bigint, call: Call): Promise<void>;
  /** Mounts images that are not mounted, and empties the trash. Run at boot, before glusterd, and when the gateway starts. Logs and goes on past a broken brick; resolves with those that failed. */
  mountAll(call: Call): Promise<readonly { readonly path: string; readonly reason: string }[]>;
}
