import { randomBytes } from 'node:crypto';
import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { log } from '../../telemetry/log.ts';
import { BLOCK_BYTES } from './brick-files.ts';
import { type HostBrick, looksAt, toFile } from './copy-disk.ts';
import type { HostedSnapshot, HostedSnapshots } from './hosting-mounts.ts';

/** Blocks that are compared by one question to each brick: 1 GiB. */
const WINDOW = 4096;
/** A window that differs is looked at again after it was written. */
const LOOKS = 3;

/**
 * Makes the copies of all bricks alike: those of the others become that of the snapshot's brick, where they differ.
 * How far this has come is kept, so that a request that repeats one which was cut short goes on with it.
 * Throws `busy` while a brick may lack something, `unreachable`.
 */
export async function settleSnapshot(
  kept: HostedSnapshots,
  bricks: readonly HostBrick[],
  snapshot: HostedSnapshot,
  call: Call,
): Promise<HostedSnapshot> {
  const path = pathOf(snapshot.name);
  const source = bricks.find(({ brick }) => brick === snapshot.brick);
  if (source === undefined) {
    throw new Fault(
      'wrong-state',
      `snapshot ${snapshot.name} was not finished before brick ${snapshot.brick} was replaced; delete it`,
    );
  }
  let settled = snapshot;
  while (!isSettled(settled)) {
    checkpoint(call);
    const first = Number(settled.settled / BigInt(BLOCK_BYTES));
    await settleWindow({ bricks, source, path, first }, call);
    const reached = BigInt(first + WINDOW) * BigInt(BLOCK_BYTES);
    const isLast = reached >= snapshot.size;
    if (isLast) await looksAt(bricks, { path, size: snapshot.size }, call);
    settled = { ...settled, settled: isLast ? snapshot.size : reached };
    await kept.keep(settled, call);
  }
  return settled;
}

/** The copies of all bricks are alike. */
export function isSettled({ settled, size }: HostedSnapshot): boolean {
  return settled >= size;
}

/** Of a snapshot's file in its hosting volume. */
export function pathOf(name: string): string {
  return `.gluster-csi/snapshots/${name}/disk`;
}

interface Window {
  readonly bricks: readonly HostBrick[];
  readonly source: HostBrick;
  readonly path: string;
  readonly first: number;
}

async function settleWindow(window: Window, call: Call): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const different = await findDifferent(window, call);
    if (different.length === 0) return;
    const { source, path } = window;
    log.info({ path, blocks: different.length }, 'the copies of a snapshot differ, and are made alike');
    await source.files.spread({ ...toFile(source), path }, different, call);
  }
  throw new Fault('busy', 'the copies of a snapshot do not become alike; see the bricks and retry');
}

/** Blocks in which a brick's copy is not that of the source. The keys are new: nobody could have written by them. */
async function findDifferent(
  { bricks, source, path, first }: Window,
  call: Call,
): Promise<readonly number[]> {
  const range = { first, count: WINDOW, keys: [randomKey(), randomKey()] as const };
  const digest = ({ files, ...brick }: HostBrick) => files.digest({ ...toFile(brick), path }, range, call);
  const others = bricks.filter((brick) => brick.hasData && brick !== source);
  const [wanted, ...copies] = await Promise.all([source, ...others].map(digest));
  const sums = wanted ?? new Map<number, string>();
  return [...new Set([sums, ...copies].flatMap((one) => [...one.keys()]))].filter((block) =>
    copies.some((one) => one.get(block) !== sums.get(block)),
  );
}

function randomKey(): string {
  return String(randomBytes(8).readBigUInt64BE() >> 3n);
}
