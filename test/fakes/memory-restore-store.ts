import { Fault } from '../../src/control/fault.ts';
import type { StoredBrick } from '../../src/gateway/bricks/brick-store.ts';
import type { BrickRestore, RestoreState, RestoreStore } from '../../src/gateway/bricks/restore-store.ts';
import { keyOf, type MemoryBricks } from './memory-bricks.ts';
import type { MemorySnapshotStore } from './memory-snapshot-store.ts';

const ORDER: readonly RestoreState[] = ['preparing', 'prepared', 'closed', 'opening', 'open'];

type RestoredBrick = StoredBrick & { readonly restore: BrickRestore };

/** Restores of one server's bricks in memory, with the rules of the real store. */
export class MemoryRestoreStore implements RestoreStore {
  /** Does a process have the brick open? */
  isServed: (brick: StoredBrick) => boolean = () => false;
  readonly #bricks: MemoryBricks;
  readonly #snapshots: MemorySnapshotStore;
  readonly #copies = new Map<string, string>();

  constructor(bricks: MemoryBricks, snapshots: MemorySnapshotStore) {
    this.#bricks = bricks;
    this.#snapshots = snapshots;
  }

  async prepare(volume: string, snapshot: string, token: string): Promise<void> {
    const bricks = (await this.#bricks.bricks(volume)).filter(({ state }) => state === 'used');
    if (bricks.some(({ restore }) => restore !== undefined && restore.token !== token))
      throw new Fault('busy', `volume ${volume} is being restored by another request`);
    for (const brick of bricks.filter(({ restore }) => restore === undefined)) {
      this.#copies.set(keyOf(brick), this.#snapshots.contentOf({ ...brick, snapshot }));
      this.#put(brick, { snapshot, token, state: 'prepared', createdAt: Date.now() });
    }
  }

  async close(volume: string, token: string): Promise<void> {
    for (const brick of this.#own(volume, token, 'prepared')) {
      if (brick.restore.state !== 'prepared') continue;
      if (this.isServed(brick)) throw new Fault('wrong-state', `brick ${keyOf(brick)} is in use`);
      this.#put(brick, { ...brick.restore, state: 'closed' });
    }
  }

  async open(volume: string, token: string): Promise<void> {
    for (const brick of this.#own(volume, token, 'closed')) {
      const copy = this.#copies.get(keyOf(brick));
      if (copy !== undefined) this.#bricks.contents.set(brick.path, copy);
      this.#copies.delete(keyOf(brick));
      this.#put(brick, { ...brick.restore, state: 'open' });
    }
  }

  async finish(volume: string, token: string): Promise<void> {
    for (const brick of this.#own(volume, token, 'open')) this.#put(brick, undefined);
  }

  async undo(volume: string, token: string): Promise<void> {
    for (const brick of this.#own(volume, token, 'preparing')) {
      if (brick.restore.state === 'open')
        throw new Fault('wrong-state', `brick ${keyOf(brick)} is restored already`);
      this.#copies.delete(keyOf(brick));
      this.#put(brick, undefined);
    }
  }

  /** Throws `wrong-state` when one of them is not yet as far as that. */
  #own(volume: string, token: string, state: RestoreState): readonly RestoredBrick[] {
    const own = [...this.#bricks.stored.values()].filter(
      (brick): brick is RestoredBrick => brick.volume === volume && brick.restore?.token === token,
    );
    const behind = own.find(({ restore }) => ORDER.indexOf(restore.state) < ORDER.indexOf(state));
    if (behind === undefined) return own;
    throw new Fault('wrong-state', `brick ${keyOf(behind)} is ${behind.restore.state}, not ${state} yet`);
  }

  #put(brick: StoredBrick, restore: BrickRestore | undefined): void {
    const { restore: _old, ...plain } = brick;
    this.#bricks.stored.set(keyOf(brick), restore === undefined ? plain : { ...plain, restore });
  }
}
