import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { copyableBricks, copyDisk, type HostBrick } from './copy-disk.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { getHosting, requireOpen } from './hosting.ts';
import type { HostedDisks, HostedSnapshot } from './hosting-mounts.ts';
import { locate, lookEverywhere, missing, type NamedBlockVolume } from './locate.ts';
import { makeRoom, requirePromised } from './make-room.ts';
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
 * again goes on with it, or takes it anew when its copies were being written then. Throws `conflict` for the name with another source or other metadata, `not-found`,
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
      const up = () => copyableBricks(deps, hosting, call);
      const bricks = await up();
      const taking = { hosting, disks, bricks, wanted };
      const snapshot = await deps.rooms.run(hosting.name, call.signal, async () => {
        const isGood = existing !== undefined && existing.spreading !== true;
        const taken = isGood ? existing : await take(deps, { ...taking, spoilt: existing }, call);
        await requireKeepable(deps, taking, call);
        return taken;
      });
      return settleSnapshot({ kept: disks.snapshots, up, snapshot }, call).catch((error: unknown) => {
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

async function take(
  deps: BlockDeps,
  { spoilt, ...taking }: Taking & { readonly spoilt: HostedSnapshot | undefined },
  call: Call,
): Promise<HostedSnapshot> {
  const { hosting, disks, bricks, wanted } = taking;
  const { name, volume } = wanted;
  // A disk that grows meanwhile has one size on one brick and another on the next.
  using _lock = deps.locks.acquire(blockKey(volume));
  const disk = await disks.find(volume, call);
  if (disk === undefined) throw missing(volume);
  // Nobody was told that it is ready.
  if (spoilt !== undefined) await disks.snapshots.remove(name, call);
  await makeSnapshotRoom(deps, taking, disk.size, call);
  const copy = async (to: string) => {
    const moment = await copyDisk(bricks, { from: `${volume}/disk`, to, size: disk.size }, call);
    // One that went and came back meanwhile may have nothing of it, and nobody may know.
    await copyableBricks(deps, hosting, call);
    return { ...wanted, ...moment, size: disk.size, settled: 0n };
  };
  return disks.snapshots.make(name, disk.size, copy, call).catch((error: unknown) => {
    if (!isFault(error, 'conflict')) throw error;
    throw new Fault('busy', `another gateway has taken block snapshot ${name}; retry`, { cause: error });
  });
}

/**
 * Its source may have been deleted meanwhile, and the hosting volume found empty just before; or another gateway has
 * used the room. The later look sees both; the snapshot goes then.
 */
async function requireKeepable(
  deps: BlockDeps,
  { hosting, disks, wanted: { name } }: Taking,
  call: Call,
): Promise<void> {
  try {
    const open = await requireOpen(deps, hosting.name, call);
    await requirePromised(deps, open, disks, call);
  } catch (error) {
    await disks.snapshots.remove(name, call).catch((cause: unknown) => {
      throw afterMutation(cause, `block snapshot ${name}`);
    });
    throw error;
  }
}

/** The hosting volume with room for one more file of the size. */
async function makeSnapshotRoom(
  deps: BlockDeps,
  { hosting, disks }: Taking,
  size: bigint,
  call: Call,
): Promise<void> {
  const now = await getHosting(deps, hosting.name, call);
  const here = { hosting: now, ...(await disks.list(call)) };
  const roomy = await makeRoom(deps, here, size, call);
  await requireRoom({ ...here, hosting: roomy, snapshots: [...here.snapshots, { size }] }, disks, call);
}

export function snapshotKey(name: string): string {
  return `block snapshot ${name}`;
}

export function missingSnapshot(name: string): Fault {
  return new Fault('not-found', `block snapshot ${name} not found`);
}
