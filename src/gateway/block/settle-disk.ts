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

interface Settling {
  readonly kept: HostedSnapshots;
  /** The bricks, all of them up; throws otherwise. */
  readonly up: () => Promise<readonly HostBrick[]>;
  readonly snapshot: HostedSnapshot;
}

/**
 * Makes the copies of all bricks alike: those of the others become that of the snapshot's brick, where they differ.
 * How far this has come is kept, so that a request that repeats one which was cut short goes on with it. One that is
 * `spreading` cannot be settled. Throws `busy` while a brick may lack something, `unreachable`.
 */
export async function settleSnapshot({ kept, up, snapshot }: Settling, call: Call): Promise<HostedSnapshot> {
  const path = pathOf(snapshot.name);
  const bricks = await up();
  const source = bricks.find(({ brick }) => brick === snapshot.brick);
  if (source === undefined) {
    throw new Fault(
      'wrong-state',
      `snapshot ${snapshot.name} was not finished before brick ${snapshot.brick} was replaced; delete it`,
    );
  }
  const file = { path, size: snapshot.size };
  const gfid = await looksAt(bricks, file, call);
  const requireWhole = async () => {
    if ((await looksAt(bricks, file, call)) === gfid) return;
    throw new Fault('busy', `another request has taken snapshot ${snapshot.name} anew; retry`);
  };
  let settled = snapshot;
  const keep = async (change: Pick<HostedSnapshot, 'settled' | 'spreading'>) => {
    await requireWhole();
    const { spreading: _, ...rest } = settled;
    settled = { ...rest, ...change, keptAt: Date.now() };
    await kept.keep(settled, call);
  };
  const spread = async (blocks: readonly number[]) => {
    log.info({ path, blocks: blocks.length }, 'the copies of a snapshot differ, and are made alike');
    await keep({ settled: settled.settled, spreading: true });
    await source.files.spread({ ...toFile(source), path }, blocks, call);
    requireUnbroken(bricks, await up());
    await keep({ settled: settled.settled });
  };
  while (!isSettled(settled)) {
    checkpoint(call);
    const first = Number(settled.settled / BigInt(BLOCK_BYTES));
    await settleWindow({ bricks, source, path, first }, spread, call);
    const reached = BigInt(first + WINDOW) * BigInt(BLOCK_BYTES);
    await keep({ settled: reached < snapshot.size ? reached : snapshot.size });
  }
  return settled;
}

/** A brick that missed what was written is healed when it is back, by then perhaps already: from another's moment. */
function requireUnbroken(before: readonly HostBrick[], after: readonly HostBrick[]): void {
  if (before.every(({ pid }, index) => after[index]?.pid === pid)) return;
  throw new Fault('busy', 'a brick was started anew while the copies of a snapshot were made alike; retry');
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

async function settleWindow(
  window: Window,
  spread: (blocks: readonly number[]) => Promise<void>,
  call: Call,
): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const different = await findDifferent(window, call);
    if (different.length === 0) return;
    await spread(different);
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
