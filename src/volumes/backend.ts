import type { Call } from '../control/call.ts';
import type { VolumeName } from './ids.ts';
import type { SnapshotBackend } from './snapshot-backend.ts';
import type { Volume, VolumeClass, VolumeSpec } from './spec.ts';

export interface VolumePage {
  /** In order of name. */
  readonly volumes: readonly Volume[];
  /** True when there are more after the last one. */
  readonly more: boolean;
}

/** Metadata that a volume has. */
export interface Mark {
  readonly key: string;
  readonly value: string;
}

export interface Exchange {
  readonly expected: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Capacity {
  readonly availableBytes: bigint;
  readonly maximumVolumeBytes: bigint;
}

/**
 * One cluster's storage, as the controller needs it. Implemented over glusterd2's REST API
 * (`glusterd2/backend.ts`) and in memory (`test/fakes`); `test/contract` holds both to these promises.
 * Every method may also throw `unreachable` (nothing was changed), `timed-out` or `cancelled`; a method that
 * changes something throws `uncertain` when it cannot tell whether the change was made.
 */
export interface Backend extends SnapshotBackend {
  /** The volume, or undefined when there is none of that name. */
  find(name: VolumeName, call: Call): Promise<Volume | undefined>;
  /**
   * Makes the volume with its bricks and metadata, not started. Resolves `exists` and changes nothing when
   * the name is taken. Throws `exhausted` (says how much there is), `invalid`, `busy`.
   */
  create(
    spec: VolumeSpec,
    metadata: Readonly<Record<string, string>>,
    call: Call,
  ): Promise<'created' | 'exists'>;
  /** Starts the volume; already started is success. Throws `not-found`, `busy`. */
  start(name: VolumeName, call: Call): Promise<void>;
  /**
   * Stops and deletes the volume with its bricks. None of that name is success, and clears what an
   * interrupted delete left. Throws `wrong-state` while clients are connected or snapshots depend on it, `busy`,
   * `conflict` for a volume without the mark, if one is given and the cluster can tell (`canExchange`).
   */
  delete(name: VolumeName, call: Call, mark?: Mark): Promise<void>;
  /** Can metadata be exchanged safely, and volumes be deleted by mark? A cluster of glusterd2 alone cannot. */
  canExchange(call: Call): Promise<boolean>;
  /**
   * Puts the metadata in place of those expected, and resolves true; false, and nothing is changed, when there are
   * others. Of several exchanges at once, of all controllers, at most one is made. Throws `not-found`, `busy`,
   * `unsupported`.
   */
  exchangeMetadata(name: VolumeName, exchange: Exchange, call: Call): Promise<boolean>;
  /**
   * Gives the volume at least this size, online, and resolves with the size it has. Never shrinks. Throws
   * `not-found`, `exhausted`, `busy`, `wrong-state` when its bricks cannot grow.
   */
  resize(name: VolumeName, capacityBytes: bigint, call: Call): Promise<bigint>;
  /** Volumes whose metadata has `key` = `value`, in order of name, after the name given. */
  list(query: { key: string; value: string; after: string; limit: number }, call: Call): Promise<VolumePage>;
  /** What new volumes of the class could have. */
  capacity(volumeClass: VolumeClass, call: Call): Promise<Capacity>;
  /** Throws `unreachable` unless some gateway of the cluster answers. */
  ping(call: Call): Promise<void>;
}
