import type { Call } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';
import { familyOf } from '../../src/gateway/bricks/family.ts';
import type {
  SnapshotQuery,
  SnapshotRequest,
  SnapshotStore,
  StoredSnapshot,
} from '../../src/gateway/bricks/snapshot-store.ts';
import { keyOf, type MemoryBricks } from './memory-bricks.ts';

interface Session {
  readonly parts: readonly string[];
  /** On performance.now()'s clock: when the watchdog thaws. */
  frozenUntil?: number;
  isTaken: boolean;
}

interface Part {
  stored: StoredSnapshot;
  content: string | undefined;
}

/** The snapshots of one server's bricks in memory, with the rules of the real store. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly parts = new Map<string, Part>();
  readonly #bricks: MemoryBricks;
  readonly #sessions = new Map<string, Session>();

  constructor(bricks: MemoryBricks) {
    this.#bricks = bricks;
    bricks.snapshotsOn = (device) => this.#stored().filter((part) => part.device === device);
    bricks.copyOf = ({ origin, subvol, brick }) =>
      origin === undefined ? undefined : this.contentOf({ snapshot: origin.snapshot, subvol, brick });
  }

  /** What the brick held in the frozen moment. Throws `not-found`. */
  contentOf(key: Pick<StoredSnapshot, 'snapshot' | 'subvol' | 'brick'>): string {
    const part = this.parts.get(partKey(key));
    if (part?.stored.state === 'taken' && part.content !== undefined) return part.content;
    throw new Fault('not-found', `snapshot ${key.snapshot} has no brick ${key.subvol}.${key.brick}`);
  }

  /** A process that ends forgets what it had in hand; its watchdogs thaw. */
  restart(): void {
    this.#sessions.clear();
  }

  /** Thaws in the middle, as an administrator may, or a watchdog that is late. */
  breakFreeze(): void {
    for (const session of this.#sessions.values()) session.frozenUntil = 0;
  }

  get isAnyFrozen(): boolean {
    return [...this.#sessions.keys()].some((token) => this.isFrozen(token));
  }

  async find({ snapshot, volume, group }: SnapshotQuery): Promise<readonly StoredSnapshot[]> {
    return this.#stored().filter(
      (one) =>
        (snapshot === undefined || one.snapshot === snapshot) &&
        (volume === undefined || one.volume === volume) &&
        (group === undefined || one.group?.name === group),
    );
  }

  async prepare(token: string, requests: readonly SnapshotRequest[]): Promise<void> {
    // The rest is done in one go: the real store does one prepare after the other.
    const devices = await this.#bricks.devices();
    const planned = requests.flatMap((request) => this.#plan(token, request));
    for (const { snapshot } of planned) {
      const held = this.#stored().find(
        (one) => one.snapshot === snapshot && (one.token !== token || one.state !== 'taking'),
      );
      if (held !== undefined) throw new Fault('busy', `snapshot ${snapshot} is held by another request`);
    }
    const fresh = planned.filter((one) => !this.parts.has(partKey(one)));
    for (const { path, freeBytes } of devices) {
      const needed = fresh
        .filter(({ device }) => device === path)
        .reduce((sum, one) => sum + one.accountBytes, 0n);
      if (needed > freeBytes) throw new Fault('exhausted', `device ${path} has ${freeBytes} bytes free`);
    }
    for (const stored of fresh) this.parts.set(partKey(stored), { stored, content: undefined });
    this.#sessions.set(token, { parts: planned.map(partKey), isTaken: false });
  }

  async freeze(token: string, seconds: number): Promise<void> {
    this.#session(token).frozenUntil = performance.now() + seconds * 1_000;
  }

  async take(token: string): Promise<void> {
    const session = this.#session(token);
    for (const key of session.parts) {
      const part = this.parts.get(key);
      if (part === undefined) throw new Fault('not-found', 'nothing is prepared for this snapshot');
      const source = this.#source(part.stored);
      if (source !== undefined && source.accountBytes > part.stored.accountBytes)
        throw new Fault('busy', `brick ${keyOf(source)} has grown meanwhile`);
      part.content = this.#bricks.contents.get(source?.path ?? '') ?? '';
    }
    session.isTaken = true;
  }

  async thaw(token: string): Promise<boolean> {
    const session = this.#sessions.get(token);
    if (session?.frozenUntil === undefined) return false;
    const isUnbroken = performance.now() < session.frozenUntil;
    session.frozenUntil = 0;
    return isUnbroken && session.isTaken;
  }

  async commit(token: string, createdAt: number): Promise<void> {
    const own = [...this.parts.values()].filter(
      ({ stored }) => stored.token === token && stored.state !== 'deleting',
    );
    if (own.length === 0) throw new Fault('not-found', 'nothing is prepared for this snapshot');
    for (const part of own) {
      if (part.stored.state !== 'taking') continue;
      part.stored = { ...part.stored, state: 'taken', createdAt };
      // Gluster's own are never taken here; what they hold is of no matter to the gateway.
      part.content ??= '';
    }
    this.#sessions.delete(token);
  }

  async forget(token: string): Promise<void> {
    this.#sessions.delete(token);
    this.#drop((one) => one.token === token && one.state === 'taking');
  }

  async markDeleting(snapshot: string, _call?: Call): Promise<void> {
    for (const part of this.parts.values()) {
      if (part.stored.snapshot === snapshot) part.stored = { ...part.stored, state: 'deleting' };
    }
  }

  async remove(snapshot: string, _call?: Call): Promise<void> {
    this.#drop((one) => one.snapshot === snapshot && one.state === 'deleting');
  }

  isFrozen(token: string): boolean {
    return performance.now() < (this.#sessions.get(token)?.frozenUntil ?? 0);
  }

  #plan(token: string, { facts, bricks }: SnapshotRequest): readonly StoredSnapshot[] {
    return bricks.map(({ subvol, brick }) => {
      const source = this.#source({ volume: facts.volume, subvol, brick });
      if (source?.state !== 'used')
        throw new Fault(
          'wrong-state',
          `brick ${facts.volume}.${subvol}.${brick} is not in use on this server`,
        );
      if (source.provisioner === 'directory')
        throw new Fault('wrong-state', `brick ${keyOf(source)} is a directory; use loop bricks`);
      if (!this.#bricks.hasDirectory(source.path))
        throw new Fault('wrong-state', `brick ${keyOf(source)} is not mounted`);
      const { device, dataBytes, accountBytes } = source;
      const own = { subvol, brick, device, dataBytes, accountBytes, family: familyOf(source) };
      return { ...facts, ...own, state: 'taking', token, createdAt: Date.now() } as const;
    });
  }

  #source(key: Pick<StoredSnapshot, 'volume' | 'subvol' | 'brick'>) {
    return this.#bricks.stored.get(keyOf(key));
  }

  #session(token: string): Session {
    const session = this.#sessions.get(token);
    if (session === undefined) throw new Fault('not-found', 'nothing is prepared for this snapshot here');
    return session;
  }

  #stored(): readonly StoredSnapshot[] {
    return [...this.parts.values()].map(({ stored }) => stored);
  }

  #drop(isDoomed: (one: StoredSnapshot) => boolean): void {
    for (const [key, { stored }] of this.parts) if (isDoomed(stored)) this.parts.delete(key);
  }
}

function partKey({ snapshot, subvol, brick }: Pick<StoredSnapshot, 'snapshot' | 'subvol' | 'brick'>): string {
  return keyOf({ volume: snapshot, subvol, brick });
}
