import type { Call } from '../../control/call.ts';
import type { VolumeName } from '../ids.ts';
import type { VolumeClass } from '../spec.ts';
import type { BlockHandle } from './block-handle.ts';
import type { BlockSnapshots, BlockSource } from './block-snapshot.ts';
import type { BlockNode } from './node-id.ts';

/** What a StorageClass asks of the hosting volume: one by name, or the form of one that is found or made. */
export type HostingClass =
  | { readonly kind: 'named'; readonly name: VolumeName }
  | {
      readonly kind: 'shaped';
      readonly volumeClass: VolumeClass;
      /** Of one that is made; undefined: as the gateway has it. */
      readonly bytes: bigint | undefined;
    };

export interface BlockSpec {
  readonly name: VolumeName;
  /** The CSI name, kept in the volume's metadata. */
  readonly csiName: string;
  readonly capacityBytes: bigint;
  readonly hosting: HostingClass;
  /** On whose hosting volume it is made then, whatever the class says; undefined: it begins empty. */
  readonly source?: BlockSource | undefined;
}

/** A node that may attach a block volume. */
export interface BlockPublication extends BlockNode {
  readonly isReadonly: boolean;
}

/** A block volume as the backend knows it. */
export interface BlockVolume {
  readonly hosting: VolumeName;
  readonly name: VolumeName;
  readonly capacityBytes: bigint;
  /** Empty in a listing. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly published: readonly BlockPublication[];
}

/** Where a block volume is. */
export type BlockPlace = Pick<BlockHandle, 'hosting' | 'name'>;

export interface BlockPage {
  /** In order of name. */
  readonly volumes: readonly BlockVolume[];
  /** True when there are more after the last one. */
  readonly more: boolean;
}

/**
 * The block volumes of one cluster, as the controller needs them. Implemented over the gateway's REST API
 * (`glusterd2/block-backend.ts`) and in memory (`test/fakes`); `test/contract` holds both to these promises. Every
 * method may also throw `unsupported` (the cluster's servers have no such block volumes), `unreachable` (nothing was
 * changed), `timed-out` or `cancelled`; one that changes something throws `uncertain` when it cannot tell whether the
 * change was made.
 */
export interface BlockBackend extends BlockSnapshots {
  /** Undefined when there is none of that name; on another hosting volume than the one named is none. */
  find(
    place: { readonly hosting?: VolumeName; readonly name: VolumeName },
    call: Call,
  ): Promise<BlockVolume | undefined>;
  /**
   * Makes the volume, sparse and never formatted. Resolves `exists` and changes nothing when the name is taken, unless
   * by one of the same size and metadata, which is returned. Throws `exhausted`, `invalid`, `not-found` for a hosting
   * volume or a source that there is not, `out-of-range` when the source is larger, `busy`, and with a source what
   * `createSnapshot` throws.
   */
  create(
    spec: BlockSpec,
    metadata: Readonly<Record<string, string>>,
    call: Call,
  ): Promise<BlockVolume | 'exists'>;
  /**
   * Deletes the volume, and its hosting volume if that was made for a request and is empty now; absent is success. Throws
   * `wrong-state` while it is published, naming the nodes, `busy`.
   */
  delete(place: BlockPlace, call: Call): Promise<void>;
  /** Gives it at least this size and resolves with the size it has. Throws `not-found`, `exhausted`, `busy`. */
  expand(place: BlockPlace, capacityBytes: bigint, call: Call): Promise<bigint>;
  /**
   * Lets the node attach it. The same again is success; other addresses take the place of those that were there.
   * Throws `wrong-state` naming the node that has it, when one of the two writes; `not-found`, `busy`.
   */
  publish(place: BlockPlace, publication: BlockPublication, call: Call): Promise<void>;
  /**
   * Resolves once no write of the node's can come any more, whatever it is doing; without a node, of any. Not
   * published, or no such volume, is success.
   */
  unpublish(place: BlockPlace, node: string | undefined, call: Call): Promise<void>;
  /** Block volumes in order of name, after the name given. */
  list(query: { readonly after: string; readonly limit: number }, call: Call): Promise<BlockPage>;
}
