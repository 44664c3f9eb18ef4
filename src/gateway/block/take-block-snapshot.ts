import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { copyableBricks, copyDisk, type HostBrick } from './copy-disk.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { requireOpen } from './hosting.ts';
import type { HostedDisks, HostedSnapshot } from './hosting-mounts.ts';
import { locate, lookEverywhere, missing, type NamedBlockVolume } from './locate.ts';
import { makeRoom } from './make-room.ts';
import { requireRoom } from './room.ts';
import { isSettled, settleSnapshot } from './settle-disk.ts';

export interface WantedBlockSnapshot extends Pick<HostedSnapshot, 'name' | 'volume' | 'metadata'> {}

/** A snapshot with the hosting volume that it lies on. */
export interface PlacedSnapshot extends HostedSnapshot {
  readonly hosting: string;
}

/**
 * Takes a snapshot of a block volume, on its hosting volume. Once its moment is fixed the copies of the bricks are made
 * alike, which reads what is in them; a request that ends before leaves one that is not ready, and the same request
 * again goes on with it. Throws `conflict` for the name with another source or other metadata, `not-found`,
 * `exhausted`, `wrong-state` (a hosting volume that it cannot be taken on), `unreachable` while a brick is down, `busy`.
 */
export async function takeBlockSnapshot(
  deps: BlockDeps,
  { hostingvolume, ...wanted }: WantedBlockSnapshot & Pick<NamedBlockVolume, 'hostingvolume'>,
  call: Call,
): Promise<PlacedSnapshot> {
  using _lock = deps.locks.acquire(snapshotKey(wanted.name));
  const { found, silent } = await lookEverywhere(deps, {}, call);
  const existing = found.find(({ snapshots }) => snapshots.some(({ name }) => name === wanted.name));
  if (existing === undefined && silent !== undefined && hostingvolume === undefined) throw silent;
  const hosting = existing?.hosting ?? (await locate(deps, wanted.volume, hostingvolume, call)).hosting;
  if (hostingvolume !== undefined && hosting.name !== hostingvolume) {
    throw new Fault('conflict', `block snapshot ${wanted.name} exists on hosting volume ${hosting.name}`);
  }
  return { ...(await takeOn(deps, hosting, wanted, call)), hosting: hosting.name };
}

/** The same on a known hosting volume. */
export async function takeOn(
  deps: BlockDeps,
  hosting: GlusterVolume,
  wanted: WantedBlockSnapshot,
  call: Call,
): Promise<HostedSnapshot> {
  return deps.mounts.use(
    hosting.name,
    async (disks) => {
      const existing = await disks.snapshots.find(wanted.name, call);
      if (existing !== undefined) requireSame(existing, wanted);
      if (existing !== undefined && isSettled(existing)) return existing;
      const bricks = await copyableBricks(deps, hosting, call);
      const taken = existing ?? (await take(deps, { hosting, disks, bricks, wanted }, call));
      return settleSnapshot(disks.snapshots, bricks, taken, call).catch((error: unknown) => {
        throw afterMutation(error, `block snapshot ${wanted.name}`);
      });
    },
    call,
  );
}

function requireSame(existing: HostedSnapshot, { name, volume, metadata }: WantedBlockSnapshot): void {
  if (existing.volume !== volume)
    throw new Fault('conflict', `block snapshot ${name} is of block volume ${existing.volume}`);
  if (!isDeepStrictEqual({ ...existing.metadata }, { ...metadata }))
    throw new Fault('conflict', `block snapshot ${name} exists with other metadata`);
}

interface Taking {
  readonly hosting: GlusterVolume;
  readonly disks: HostedDisks;
  readonly bricks: readonly HostBrick[];
  readonly wanted: WantedBlockSnapshot;
}

async function take(deps: BlockDeps, taking: Taking, call: Call): Promise<HostedSnapshot> {
  const { hosting, disks, bricks, wanted } = taking;
  const { name, volume } = wanted;
  // A disk that grows meanwhile has one size on one brick and another on the next.
  using _lock = deps.locks.acquire(blockKey(volume));
  const disk = await disks.find(volume, call);
  if (disk === undefined) throw missing(volume);
  await makeSnapshotRoom(deps, hosting, disks, disk.size, call);
  const copy = async (to: string) => {
    const moment = await copyDisk(bricks, { from: `${volume}/disk`, to, size: disk.size }, call);
    // One that went and came back meanwhile may have nothing of it, and nobody may know.
    await copyableBricks(deps, hosting, call);
    return { ...wanted, ...moment, size: disk.size, settled: 0n };
  };
  const made = await disks.snapshots.make(name, disk.size, copy, call).catch((error: unknown) => {
    if (!isFault(error, 'conflict')) throw error;
    throw new Fault('busy', `another gateway has taken block snapshot ${name}; retry`, { cause: error });
  });
  // Its source may have been deleted meanwhile, and the hosting volume found empty just before.
  await requireOpen(deps, hosting.name, call).catch(async (error: unknown) => {
    await disks.snapshots.remove(name, call);
    throw error;
  });
  return made;
}

/** The hosting volume with room for one more file of the size. */
async function makeSnapshotRoom(
  deps: BlockDeps,
  hosting: GlusterVolume,
  disks: HostedDisks,
  size: bigint,
  call: Call,
): Promise<void> {
  const here = { hosting, ...(await disks.list(call)) };
  const roomy = await makeRoom(deps, here, size, call);
  await requireRoom({ ...here, hosting: roomy, snapshots: [...here.snapshots, { size }] }, disks, call);
}

export function snapshotKey(name: string): string {
  return `block snapshot ${name}`;
}

export function missingSnapshot(name: string): Fault {
  return new Fault('not-found', `block snapshot ${name} not found`);
}
