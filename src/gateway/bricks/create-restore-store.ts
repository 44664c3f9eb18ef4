import { join } from 'node:path';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { brickDirectory, formatKey, IMAGE, writeRecord } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';
import { findSnapshots } from './find-snapshots.ts';
import { closeBrick, copyBeside, discardSpare, openBrick, swapImages } from './restore-brick.ts';
import type { BrickRestore, RestoreState, RestoreStore } from './restore-store.ts';
import { snapshotDirectory } from './snapshot-record.ts';
import type { StoreContext } from './store-context.ts';
import { listBricks, onVolume } from './volume-turn.ts';

type RestoredBrick = StoredBrick & { readonly restore: BrickRestore };

/** See RestoreStore. The caller's steps are the ones on disk: a brick's record tells of each once it is done. */
export function createRestoreStore(store: StoreContext): RestoreStore {
  /** Does the work on the token's bricks of that state, one after the other, and writes down the next state. */
  const advance =
    (
      from: RestoreState,
      to: RestoreState,
      work: (brick: StoredBrick, store: StoreContext) => Promise<void>,
    ) =>
    (volume: string, token: string, call: Call) =>
      onVolume(store, volume, call, async () => {
        const own = await ownBricks(store, volume, token);
        requireReached(own, from);
        for (const brick of own.filter(({ restore }) => restore.state === from)) {
          await work(brick, store);
          await write(store, brick, to);
        }
      });
  return {
    prepare: (volume, snapshot, token, call) =>
      onVolume(store, volume, call, () => prepare(store, volume, { snapshot, token })),
    close: advance('prepared', 'closed', closeBrick),
    swap: advance('closed', 'swapped', swapImages),
    open: advance('swapped', 'open', openBrick),
    finish: (volume, token, call) =>
      onVolume(store, volume, call, async () => {
        const own = await ownBricks(store, volume, token);
        requireReached(own, 'open');
        for (const brick of own) await forget(store, brick);
      }),
    undo: (volume, token, call) =>
      onVolume(store, volume, call, async () => {
        for (const brick of await ownBricks(store, volume, token)) await undo(store, brick);
      }),
  };
}

async function prepare(
  store: StoreContext,
  volume: string,
  wanted: Pick<BrickRestore, 'snapshot' | 'token'>,
): Promise<void> {
  const parts = (await findSnapshots(store, { snapshot: wanted.snapshot })).filter(
    (part) => part.state === 'taken' && part.volume === volume,
  );
  const bricks = (await listBricks(store, volume)).filter(({ state }) => state === 'used');
  const other = bricks.find(({ restore }) => restore !== undefined && restore.token !== wanted.token);
  if (other !== undefined)
    throw new Fault('busy', `brick ${formatKey(other)} is being restored by another request; retry`);
  for (const brick of bricks) {
    if (brick.restore !== undefined && brick.restore.state !== 'preparing') continue;
    const part = parts.find((one) => snapshotKey(one) === snapshotKey(brick));
    if (part === undefined)
      throw new Fault('not-found', `snapshot ${wanted.snapshot} has no brick ${formatKey(brick)}`);
    const restore = { ...wanted, state: 'preparing', createdAt: Date.now() } as const;
    await write(store, { ...brick, restore }, 'preparing');
    await copyBeside(brick, join(snapshotDirectory(part.device, part), IMAGE), store);
    await write(store, { ...brick, restore }, 'prepared');
  }
}

/** A reflink stays on its file system. */
function snapshotKey({ device, subvol, brick }: Pick<StoredBrick, 'device' | 'subvol' | 'brick'>): string {
  return `${device} ${subvol} ${brick}`;
}

async function ownBricks(
  store: StoreContext,
  volume: string,
  token: string,
): Promise<readonly RestoredBrick[]> {
  return (await listBricks(store, volume)).filter(
    (brick): brick is RestoredBrick => brick.restore?.token === token && brick.state === 'used',
  );
}

const ORDER: readonly RestoreState[] = ['preparing', 'prepared', 'closed', 'swapped', 'open'];

function requireReached(bricks: readonly RestoredBrick[], state: RestoreState): void {
  const behind = bricks.find(({ restore }) => ORDER.indexOf(restore.state) < ORDER.indexOf(state));
  if (behind === undefined) return;
  throw new Fault('wrong-state', `brick ${formatKey(behind)} is ${behind.restore.state}, not ${state} yet`);
}

async function undo(store: StoreContext, brick: RestoredBrick): Promise<void> {
  const { state } = brick.restore;
  if (state === 'swapped' || state === 'open')
    throw new Fault('wrong-state', `brick ${formatKey(brick)} is restored already; restore the rest`);
  if (state === 'closed') await openBrick(brick, store);
  // From here on the copy may be gone: the brick must not be taken for one that can be swapped.
  if (state !== 'preparing') await write(store, brick, 'preparing');
  await forget(store, brick);
}

/** The record last: until then the same call finds what is left. */
async function forget(store: StoreContext, brick: RestoredBrick): Promise<void> {
  await discardSpare(brick, store);
  const { restore: _over, ...plain } = brick;
  await store.step('restore-forget');
  await writeRecord(brickDirectory(brick.device, brick), plain);
}

async function write(store: StoreContext, brick: RestoredBrick, state: RestoreState): Promise<void> {
  await store.step(`restore-${state}`);
  await writeRecord(brickDirectory(brick.device, brick), {
    ...brick,
    restore: { ...brick.restore, state },
  });
}
