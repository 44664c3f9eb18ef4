import { join } from 'node:path';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { brickDirectory, formatKey, IMAGE, writeRecord } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';
import { findSnapshots } from './find-snapshots.ts';
import { closeBrick, copyBeside, discardSpare, openBrick, openCopy } from './restore-brick.ts';
import type { BrickRestore, RestoreState, RestoreStore } from './restore-store.ts';
import { snapshotDirectory } from './snapshot-record.ts';
import type { StoreContext } from './store-context.ts';
import { listBricks, onVolume } from './volume-turn.ts';

type RestoredBrick = StoredBrick & { readonly restore: BrickRestore };

/** See RestoreStore. A brick's record tells of each step once it is done, and of the one that cannot be undone before. */
export function createRestoreStore(store: StoreContext): RestoreStore {
  /** On the token's bricks, all of which have got as far as `from`, one after the other. */
  const onOwn =
    (from: RestoreState, work: (brick: RestoredBrick) => Promise<void>) =>
    (volume: string, token: string, call: Call) =>
      onVolume(store, volume, call, async () => {
        const own = await ownBricks(store, volume, token);
        requireReached(own, from);
        for (const brick of own) await work(brick);
      });
  return {
    prepare: (volume, snapshot, token, call) =>
      onVolume(store, volume, call, () => prepare(store, volume, { snapshot, token })),
    close: onOwn('prepared', async (brick) => {
      if (brick.restore.state !== 'prepared') return;
      await closeBrick(brick, store);
      await write(store, brick, 'closed');
    }),
    open: onOwn('closed', async (brick) => {
      if (brick.restore.state === 'open') return;
      // Written down first: half exchanged, it can only be completed.
      if (brick.restore.state === 'closed') await write(store, brick, 'opening');
      await openCopy(brick, store);
      await write(store, brick, 'open');
    }),
    finish: onOwn('open', (brick) => forget(store, brick)),
    undo: onOwn('preparing', (brick) => undo(store, brick)),
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

const ORDER: readonly RestoreState[] = ['preparing', 'prepared', 'closed', 'opening', 'open'];

function requireReached(bricks: readonly RestoredBrick[], state: RestoreState): void {
  const behind = bricks.find(({ restore }) => ORDER.indexOf(restore.state) < ORDER.indexOf(state));
  if (behind === undefined) return;
  throw new Fault('wrong-state', `brick ${formatKey(behind)} is ${behind.restore.state}, not ${state} yet`);
}

async function undo(store: StoreContext, brick: RestoredBrick): Promise<void> {
  const { state } = brick.restore;
  if (state === 'opening' || state === 'open')
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
