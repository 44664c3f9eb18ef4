import type { VolumeName } from './ids.ts';

/** How a volume spreads its data. `distribute` is the number of brick sets (subvolumes). */
export type Layout =
  | { readonly kind: 'plain'; readonly distribute: number }
  | { readonly kind: 'replica'; readonly copies: 2 | 3; readonly distribute: number }
  /** Two data bricks and an arbiter a set. */
  | { readonly kind: 'arbiter'; readonly distribute: number }
  | {
      readonly kind: 'disperse';
      readonly data: number;
      readonly redundancy: number;
      readonly distribute: number;
    };

export type BrickType = 'loop' | 'directory' | 'lvm';

/** What a StorageClass asks for, apart from name and size. */
export interface VolumeClass {
  readonly layout: Layout;
  readonly brickType: BrickType;
  /** Zones the bricks may lie in; empty: anywhere. */
  readonly zones: readonly string[];
  /** Gluster volume options. */
  readonly options: Readonly<Record<string, string>>;
}

export interface VolumeSpec extends VolumeClass {
  readonly name: VolumeName;
  /** The CSI name, kept in the volume's metadata. */
  readonly csiName: string;
  readonly capacityBytes: bigint;
}

/** A volume as the backend knows it. */
export interface Volume {
  readonly name: VolumeName;
  /** Undefined for volumes that were not made by size. */
  readonly capacityBytes: bigint | undefined;
  readonly state: 'Created' | 'Started' | 'Stopped';
  readonly layout: Layout;
  readonly metadata: Readonly<Record<string, string>>;
}
