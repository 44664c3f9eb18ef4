import { sourceOf } from '../find-mount.ts';
import type { Mount } from '../host.ts';
import type { NodeVolume, StagingContext } from '../node-volume.ts';
import type { BlockHost, FsType } from './block-host.ts';

/** A block volume: the directory of its hosting volume that has its disk. */
export interface BlockVolume extends NodeVolume {
  /** The hosting volume. */
  readonly name: string;
  readonly directory: string;
  readonly hasDoors: true;
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
  /** The directory of the volume that servers let this node mount; undefined: the volume's own. */
  readonly door: string | undefined;
}

/** The file of a block volume's directory that is its disk; as the gateway makes it. */
const DISK = 'disk';

/**
 * Where the parts of a staged volume are. All lie below the staging path, so that mountinfo alone tells which devices
 * and clients belong to it, also after a kill at any step.
 */
export interface Places {
  /** Where the volume's directory of the hosting volume is mounted. */
  readonly client: string;
  readonly disk: string;
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
    volume: `${stagingPath}/volume`,
    device: `${stagingPath}/device`,
  };
}

/** What pods get is bound from here. */
export function contentPlace(places: Places, { kind }: Pick<BlockAccess, 'kind'>): string {
  return kind === 'mount' ? places.volume : places.device;
}

/** What is mounted for this publication of the volume; servers refuse the clients of all others. */
export function directoryOf({ volume, door }: Pick<StagedUse, 'volume' | 'door'>): string {
  return door === undefined ? volume.directory : `${volume.directory}/${door}`;
}

/** The client was started for this publication of the volume. */
export function isFor(client: Mount, use: Pick<StagedUse, 'volume' | 'door'>): boolean {
  return sourceOf(client)?.directory === directoryOf(use);
}
