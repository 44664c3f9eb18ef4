import type { Call } from '../../control/call.ts';
import { checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { accountOf } from '../account-of.ts';
import { brickDirectory, writeRecord } from './brick-record.ts';
import type { StoredBrick } from './brick-store.ts';
import { bringUp } from './bring-up.ts';
import { checkSpace } from './check-space.ts';
import type { StoreContext } from './store-context.ts';
import { ACCOUNT } from './store-context.ts';

/**
 * Grows bricks online: promises first, written down for all, then images. A crash in between leaves
 * records that are larger than their images, which the next grow and the next mountAll complete.
 * The caller holds the volume's turn.
 */
export async function growBricks(
  store: StoreContext,
  bricks: readonly StoredBrick[],
  dataBytes: (brick: StoredBrick) => bigint,
  call: Call,
): Promise<void> {
  const wanted = bricks.map((brick) => larger(brick, dataBytes(brick)));
  await store.serial.run(ACCOUNT, () => promise(store, bricks, wanted));
  checkpoint(call);
  const ended = await Promise.allSettled(wanted.map((brick) => bringUp(store, brick)));
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  const reason = failed.reason instanceof Error ? failed.reason.message : String(failed.reason);
  throw new Fault('uncertain', `a brick has not grown yet: ${reason}; retry`, { cause: failed.reason });
}

/** A volume never shrinks: what is there is a promise too. */
function larger(brick: StoredBrick, dataBytes: bigint): StoredBrick {
  if (dataBytes <= brick.dataBytes) return brick;
  const account = accountOf(brick.provisioner, dataBytes);
  return { ...brick, dataBytes, accountBytes: account > brick.accountBytes ? account : brick.accountBytes };
}

async function promise(
  store: StoreContext,
  before: readonly StoredBrick[],
  wanted: readonly StoredBrick[],
): Promise<void> {
  const changed = wanted.filter((brick, index) => brick !== before[index]);
  if (changed.length === 0) return;
  const more = wanted.map((brick, index) => ({
    device: brick.device,
    bytes: brick.accountBytes - (before[index]?.accountBytes ?? 0n),
  }));
  await checkSpace(store, more);
  for (const brick of changed) {
    await store.step('grow-record');
    await writeRecord(brickDirectory(brick.device, brick), brick);
  }
}
