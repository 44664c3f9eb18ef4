import type { Call } from '../../control/call.ts';
import type { Secret } from '../../control/secret.ts';
import type { Content, DeviceHost } from '../block/block-host.ts';

/** A disk behind a target, and where the target is reached. */
export interface Lun {
  /** The target. It serves one volume and no other. */
  readonly iqn: string;
  /** `10.0.0.1:3260`, `[fd00::1]:3260`; at least one. */
  readonly portals: readonly string[];
  readonly lun: number;
  /** The disk's serial number, or its NAA name, in hexadecimal digits, however written. */
  readonly wwn: string;
}

/** One side of CHAP. */
export interface ChapLogin {
  readonly username: string;
  readonly password: Secret;
}

/** How this node proves its name to a target, and the target its own to this node. */
export interface Chap extends ChapLogin {
  readonly mutual?: ChapLogin;
}

export interface Login {
  readonly iqn: string;
  readonly portal: string;
  readonly chap: Chap | undefined;
}

/** A disk as one session shows it. */
export interface IscsiDisk {
  /** `/dev/sdb` */
  readonly device: string;
  readonly lun: number;
  /** As the disk itself tells; empty when it does not. */
  readonly serial: string;
  /** As multipath names it: `3` and the NAA name. Empty when the disk has none. */
  readonly wwid: string;
  readonly bytes: bigint;
}

export interface IscsiSession {
  readonly portal: string;
  /** False while its connection is lost and tried again, which goes on until somebody logs out. */
  readonly isLoggedIn: boolean;
  readonly disks: readonly IscsiDisk[];
}

/** A multipath device. */
export interface LunMap {
  /** `/dev/mapper/36001…` */
  readonly device: string;
  /** `dm-3`; mountinfo shows a bind of the device's node by it. */
  readonly node: string;
  /** "major:minor", by which mountinfo shows a file system on it. */
  readonly number: string;
  readonly wwid: string;
  readonly bytes: bigint;
  /** The devices that it is made of: `/dev/sdb`. */
  readonly paths: readonly string[];
}

/**
 * The machine, as iSCSI volumes need it. Facts come from sysfs and mountinfo; nothing is found by the order of devices.
 * Implemented by `host/linux-iscsi-host.ts` and in memory (`test/fakes`).
 */
export interface IscsiHost extends DeviceHost {
  /** The name by which targets know this machine; undefined when it has none, and no iSCSI. */
  initiator(): Promise<string | undefined>;
  /** A small file's text; undefined when there is none. */
  readNote(path: string, call: Call): Promise<string | undefined>;
  /** Replaces it, so that after a crash it has the old text or the new. Its directory is made. */
  writeNote(path: string, text: string, call: Call): Promise<void>;
  /** Absent is success. */
  removeNote(path: string, call: Call): Promise<void>;
  /** The sessions with the target, and the disks that they show. */
  sessions(iqn: string, call: Call): Promise<readonly IscsiSession[]>;
  /**
   * Logs in at one portal, and keeps a node record of it until `logOut`. A session that is there is success. Throws
   * `denied` when the target refuses this machine or its CHAP, or does not prove its own name; `unreachable` naming the
   * portal, or iscsid when that does not run. A failure leaves the record.
   */
  logIn(login: Login, call: Call): Promise<void>;
  /**
   * Ends the sessions with the target at this portal, at all without one, and removes their records; none is success.
   * Their disks go with them, whatever was not written to them: who has them in use lets go before. Throws `timed-out`.
   */
  logOut(place: { readonly iqn: string; readonly portal?: string }, call: Call): Promise<void>;
  /** Has the sessions with the target look at the size of their disks again. */
  rescan(iqn: string, call: Call): Promise<void>;
  /** All multipath devices. */
  maps(call: Call): Promise<readonly LunMap[]>;
  /**
   * Makes one multipath device of these disks, or adds them to theirs; it queues for a time while all of them are away.
   * Throws `unreachable` when multipathd does not run or makes none of them.
   */
  makeMap(disks: readonly IscsiDisk[], call: Call): Promise<LunMap>;
  /** Takes the device away once everything is written. False while something uses it. Gone is success. */
  removeMap(wwid: string, call: Call): Promise<boolean>;
  /** Gives the device the size that its disks have by now, and resolves with it. */
  growMap(wwid: string, call: Call): Promise<bigint>;
  /** What the device holds. Throws `unreachable` when it cannot be read. */
  lunContent(device: string, call: Call): Promise<Content>;
}
