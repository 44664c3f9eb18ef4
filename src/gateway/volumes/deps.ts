import type { KeyedLocks } from '../../control/locks.ts';
import type { Provisioner } from '../bricks/brick-store.ts';
import type { EventName } from '../event-ring.ts';
import type { Gluster } from '../gluster-cli/gluster.ts';
import type { Pool } from '../peers/pool.ts';
import type { Tokens } from '../tokens.ts';

/** What the verbs on volumes work with. */
export interface VolumeDeps {
  readonly gluster: Gluster;
  readonly pool: Pool;
  readonly tokens: Tokens;
  /** One change at a time to a volume in this process. */
  readonly locks: KeyedLocks;
  /** Options put on every new volume: who may reach it. */
  readonly accessOptions: Readonly<Record<string, string>>;
  /** Milliseconds until all clients work by an option that was set: they are told at once, and fetch it in their own time. */
  readonly optionMs: number;
  /** Bytes that a brick for so many bytes of data takes from its device's account. */
  readonly accountOf: (provisioner: Provisioner, dataBytes: bigint) => bigint;
  /** Told of a volume whose record is gone though its bricks are ours: housekeeping looks soon. */
  readonly noticeReset: () => void;
  readonly notify: (name: EventName, data: Readonly<Record<string, string>>) => void;
}

/** The lock key of a volume: every verb that changes one holds it. */
export function volumeKey(name: string): string {
  return `volume ${name}`;
}

/** What `volume.*` events say of a volume. */
export function eventData(volume: {
  readonly id: string;
  readonly name: string;
}): Readonly<Record<string, string>> {
  return { 'volume.id': volume.id, 'volume.name': volume.name };
}
