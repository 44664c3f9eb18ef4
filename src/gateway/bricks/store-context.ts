import type { FamilyMeter } from './family-meter.ts';
import type { Serial } from './serial.ts';
import type { Trash } from './trash.ts';

/** Where thin bricks may lie. */
export interface LvmOptions {
  /** Block devices of which volume groups may be made, by the names that devices have in the API. */
  readonly disks: readonly string[];
  /** The records of each group, and below them its bricks, are mounted here. */
  readonly mountRoot: string;
}

/** What the parts of the brick store share. */
export interface StoreContext {
  /** Of all devices: the configured ones, and that of the volume groups. */
  readonly roots: readonly string[];
  /** Undefined: this server has no thin bricks. */
  readonly lvm: LvmOptions | undefined;
  /** Called before each step that changes something; tests end or fail the process there. */
  readonly step: (name: string) => Promise<void>;
  /** Keys: a volume's name for its bricks; ACCOUNT while promises are compared with space and written down. */
  readonly serial: Serial;
  readonly trash: Trash;
  /** The path of `clean-brick` (src/native/clean-brick.c). */
  readonly cleanBrick: string;
  readonly meter: FamilyMeter;
  /** How many snapshots a volume may have. */
  readonly snapshotsPerVolume: number;
}

/** No volume has this name. */
export const ACCOUNT = '.account';
