import type { Call } from '../../control/call.ts';

/**
 * How far a brick is on its way back to a snapshot. `preparing`: a copy of the snapshot's image is being made beside
 * the brick's own. `prepared`: the copy is whole. `closed`: the brick is not mounted, nobody can write to it. `opening`:
 * the copy takes the image's place. `open`: it is mounted there. A brick that is `opening` or `open` proves that all of
 * its volume were `closed`: from there on a restore is completed, before it is undone.
 */
export type RestoreState = 'preparing' | 'prepared' | 'closed' | 'opening' | 'open';

/** What a brick's record says while its volume is being restored. */
export interface BrickRestore {
  readonly snapshot: string;
  /** Of the coordinator that restores it, as bricks have of the one that made them. */
  readonly token: string;
  readonly state: RestoreState;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A brick that is not mounted on purpose: mounted, it could be served beside bricks of the other content. */
export function isClosed(brick: { readonly restore?: BrickRestore }): boolean {
  return brick.restore?.state === 'closed' || brick.restore?.state === 'opening';
}

/**
 * Gives the used bricks of a volume on this server, which has to be stopped, the content of a snapshot. Each method is
 * for the bricks of one token, skips those that are further already, and may be repeated from any point. The
 * coordinator ends each on all servers before the next on any: no brick of the old content is ever mounted beside one
 * of the new.
 */
export interface RestoreStore {
  /**
   * Copies the snapshot beside each brick. Throws `not-found` (the snapshot lacks a brick that is here), `busy` (another
   * token restores the volume), `uncertain` for what the device refuses.
   */
  prepare(volume: string, snapshot: string, token: string, call: Call): Promise<void>;
  /** prepared → closed. Throws `wrong-state` while a process has the brick open. */
  close(volume: string, token: string, call: Call): Promise<void>;
  /** closed → opening → open, as large as the brick's record says; the image that was there is kept. */
  open(volume: string, token: string, call: Call): Promise<void>;
  /** Discards what was there before; the bricks are as any others. None there is success. */
  finish(volume: string, token: string, call: Call): Promise<void>;
  /** Mounts what is closed and discards the copies. None there is success. Throws `wrong-state` from `opening` on. */
  undo(volume: string, token: string, call: Call): Promise<void>;
}
