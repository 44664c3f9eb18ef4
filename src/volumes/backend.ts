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
   * interrupted delete left. Throws `wrong-state` while clients are connected or snapshots depend on it, `busy`.
   */
  delete(name: VolumeName, call: Call): Promise<void>;
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
