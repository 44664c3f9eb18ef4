import type { Call } from '../../control/call.ts';
import type { Secret } from '../../control/secret.ts';
import type { VolumeName } from '../ids.ts';
import type { VolumeClass } from '../spec.ts';
import type { BlockHandle, BlockProvider } from './block-handle.ts';
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
  readonly provider: BlockProvider;
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

/** One side of CHAP. */
export interface BlockChapLogin {
  readonly username: string;
  readonly password: Secret;
}

/** With which a node proves its name to an iSCSI target, and the target its own to the node. */
export interface BlockChap extends BlockChapLogin {
  readonly mutual?: BlockChapLogin;
}

export interface BlockPublishing extends BlockPublication {
  /** Other nodes may write it too. Over iSCSI only. */
  readonly isShared?: boolean;
  readonly chap?: BlockChap;
}

/** Where nodes find the disk of a volume that is served over iSCSI. */
export interface BlockTarget {
  readonly iqn: string;
  /** `10.0.0.1:3260` */
  readonly portals: readonly string[];
  readonly lun: number;
  /** Serial number or NAA name of the disk. */
  readonly wwn: string;
}

/** A block volume as the backend knows it. */
export interface BlockVolume {
  readonly provider: BlockProvider;
  readonly hosting: VolumeName;
  readonly name: VolumeName;
  readonly capacityBytes: bigint;
  /** Empty in a listing. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Of virtblock each has its addresses, of the others its initiator. */
  readonly published: readonly BlockPublication[];
}

/** A block volume that a node was just let in to. */
export interface PublishedBlock extends BlockVolume {
  /** Of virtblock: the directory of the volume that the node's client mounts; undefined: the volume's own. */
  readonly door: string | undefined;
  /** Over iSCSI: where it is now. Another publish may tell of another target, another disk name too. */
  readonly target?: BlockTarget;
}

/** Where a block volume is. */
export type BlockPlace = Pick<BlockHandle, 'provider' | 'hosting' | 'name'>;

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
    place: { readonly provider: BlockProvider; readonly hosting?: VolumeName; readonly name: VolumeName },
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
   * Lets the node attach it, and resolves with the volume as it is by then. The same again is success, with the same
   * door; other addresses and another initiator take the place of those that were there. After it was published to nobody,
   * or otherwise, the door is a new one: no former client is let in. Throws `wrong-state` naming the node that has it,
   * when one of the two writes and not both share it; `not-found`, `busy`.
   */
  publish(place: BlockPlace, publishing: BlockPublishing, call: Call): Promise<PublishedBlock>;
  /**
   * Resolves once no write of the node's can come any more, whatever it is doing; without a node, of any. Not
   * published, or no such volume, is success.
   */
  unpublish(place: BlockPlace, node: string | undefined, call: Call): Promise<void>;
  /** Block volumes of all providers that the servers have, in order of name, after the name given. */
  list(query: { readonly after: string; readonly limit: number }, call: Call): Promise<BlockPage>;
}
