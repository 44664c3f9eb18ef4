import type { NodeVolume, StagingContext } from '../node-volume.ts';
import type { BlockHost, FsType } from './block-host.ts';

/** A block volume: the directory of its hosting volume that has its disk. */
export interface BlockVolume extends NodeVolume {
  /** The hosting volume. */
  readonly name: string;
  readonly directory: string;
}

export interface BlockContext extends StagingContext {
  readonly host: BlockHost;
}

/** How a pod is to have the volume. */
export type BlockAccess =
  | { readonly kind: 'block' }
  | {
      readonly kind: 'mount';
      readonly fsType: FsType;
      /** Allow-listed mount options. */
      readonly options: readonly string[];
    };

export interface StagedUse {
  readonly volume: BlockVolume;
  readonly stagingPath: string;
  readonly access: BlockAccess;
  /** Attached so that nobody can write, and published so by the controller. */
  readonly isReadonly: boolean;
}

/** The file of a block volume's directory that is its disk; as the gateway makes it. */
const DISK = 'disk';
/** Is in that directory while a file system is being made: what an interrupted one left is nobody's. */
const FORMATTING = 'formatting';

/**
 * Where the parts of a staged volume are. All lie below the staging path, so that mountinfo alone tells which devices
 * and clients belong to it, also after a kill at any step.
 */
export interface Places {
  /** Where the volume's directory of the hosting volume is mounted. */
  readonly client: string;
  readonly disk: string;
  readonly formatting: string;
  /** Where its file system is mounted. */
  readonly volume: string;
  /** Where its loop device is bound, on a file. */
  readonly device: string;
}

export function placesOf(stagingPath: string): Places {
  const client = `${stagingPath}/client`;
  return {
    client,
    disk: `${client}/${DISK}`,
    formatting: `${client}/${FORMATTING}`,
    volume: `${stagingPath}/volume`,
    device: `${stagingPath}/device`,
  };
}

/** What pods get is bound from here. */
export function contentPlace(places: Places, { kind }: Pick<BlockAccess, 'kind'>): string {
  return kind === 'mount' ? places.volume : places.device;
}
