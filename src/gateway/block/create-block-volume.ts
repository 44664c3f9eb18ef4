import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import { getRecord } from '../volume-record.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { toBlockInfo } from './block-info.ts';
import { type BlockSource, contentOf, forgetPassing } from './block-source.ts';
import { chooseHosting } from './choose-hosting.ts';
import { closeHosting } from './close-hosting.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { getHosting, requireOpen } from './hosting.ts';
import type { Filling, HostedDisks } from './hosting-mounts.ts';
import { giveOut, isGoing, takeBack } from './kept.ts';
import { type Hosted, lookEverywhere } from './locate.ts';
import type { HostingPlan } from './make-hosting.ts';
import { makeHosting } from './make-hosting.ts';
import { makeRoom } from './make-room.ts';
import { pruneHosting } from './prune-hosting.ts';
import { isOpenForBlocks } from './publications.ts';
import { requireAddressAccess } from './require-address-access.ts';
import { isEmpty, requireRoom } from './room.ts';
import { sweepPassing } from './sweep-passing.ts';

export interface WantedBlockVolume {
  readonly name: string;
  readonly size: bigint;
  readonly metadata: Readonly<Record<string, string>>;
  /** The hosting volume that the request names. */
  readonly hostingvolume: string | undefined;
  /** Of one that is made when none has room. */
  readonly plan: HostingPlan;
  /** What it begins with, on the hosting volume that is named; undefined: nothing. */
  readonly source: BlockSource | undefined;
}

/**
 * Makes a block volume on a hosting volume with room, or on a new one. One of the same size and metadata is the
 * result of the same request; of others throws `conflict`. Of a source see `block-source.ts`. Throws `exhausted`,
 * `unreachable` when a hosting volume that may have the name does not answer, `busy`.
 */
export async function createBlockVolume(
  deps: BlockDeps,
  wanted: WantedBlockVolume,
  call: Call,
): Promise<{ readonly info: BlockVolumeInfoWire; readonly isNew: boolean }> {
  requireAddressAccess(deps);
  using _lock = deps.locks.acquire(blockKey(wanted.name));
  const { found, silent } = await lookEverywhere(deps, {}, call);
  for (const hosted of found) {
    if (isEmpty(hosted) && !isOpenForBlocks(getRecord(hosted.hosting)))
      await pruneHosting(deps, hosted.hosting.name, call);
  }
  await sweepPassing(deps, found, call);
  const existing = found.find(({ disks }) => disks.some(({ name }) => name === wanted.name));
  if (existing !== undefined) return { info: await finish(deps, existing, wanted, call), isNew: false };
  if (silent !== undefined && wanted.hostingvolume === undefined) throw silent;
  const hosted =
    (await chooseHosting(deps, found, wanted, call)) ??
    (await deps.making.run(call.signal, () => chooseOrMake(deps, wanted, call)));
  await closeHosting(deps, hosted.hosting, call);
  const content = await contentOf(deps, hosted.hosting, wanted, call);
  const info = await deps.mounts.use(
    hosted.hosting.name,
    (disks) =>
      deps.rooms.run(hosted.hosting.name, call.signal, () =>
        make(deps, { hosted, disks, wanted, content }, call),
      ),
    call,
  );
  await forgetPassing(deps, hosted.hosting.name, wanted, call).catch((error: unknown) => {
    throw afterMutation(error, `block volume ${wanted.name}`);
  });
  return { info, isNew: true };
}

/** Many first requests at once take one hosting volume, as far as it has room. */
async function chooseOrMake(deps: BlockDeps, wanted: WantedBlockVolume, call: Call): Promise<Hosted> {
  const { found } = await lookEverywhere(deps, {}, call);
  const chosen = await chooseHosting(deps, found, wanted, call);
  return chosen ?? { hosting: await makeHosting(deps, wanted, call), disks: [], snapshots: [] };
}

interface Making {
  readonly hosted: Hosted;
  readonly disks: HostedDisks;
  readonly wanted: WantedBlockVolume;
  readonly content: Filling | undefined;
}

async function make(deps: BlockDeps, making: Making, call: Call): Promise<BlockVolumeInfoWire> {
  const { hosted, disks, wanted, content } = making;
  const { name, size, metadata } = wanted;
  const rest = await disks.kept(name, call);
  if (isGoing(rest)) throw another(name);
  // A request that died has left it: without a file it says nothing.
  if (rest !== undefined && (await disks.find(name, call)) === undefined)
    await disks.keep(name, undefined, call);
  // What was found when it was chosen may have been used by those that had their turn before.
  const now = await getHosting(deps, hosted.hosting.name, call);
  if (wanted.hostingvolume !== undefined)
    await makeRoom(deps, { hosting: now, ...(await disks.list(call)) }, size, call);
  await disks.make({ name, size }, call, content).catch((error: unknown) => {
    throw isFault(error, 'conflict') ? another(name, error) : error;
  });
  try {
    await requireFree(deps, making, call);
  } catch (error) {
    await takeBack(disks, name, call).catch((cause: unknown) => {
      throw afterMutation(cause, `block volume ${name}`);
    });
    throw error;
  }
  await giveOut(disks, wanted, call).catch((error: unknown) => {
    throw afterMutation(error, `block volume ${name}`);
  });
  return toBlockInfo(hosted.hosting, { name, size }, metadata);
}

/**
 * Between the file and its metadata, which make it a block volume: two gateways may have done the same at once, on
 * two hosting volumes or for the last room on one. The later look sees both. Throws `busy`.
 */
async function requireFree(
  deps: BlockDeps,
  { hosted, disks, wanted }: Omit<Making, 'content'>,
  call: Call,
): Promise<void> {
  const { hosting } = hosted;
  await requireAlone(deps, hosted, wanted.name, call);
  const now = await requireOpen(deps, hosting.name, call);
  await requireRoom({ hosting: now, ...(await disks.list(call)) }, disks, call).catch((error: unknown) => {
    if (!isFault(error, 'exhausted')) throw error;
    throw new Fault('busy', `another request has used the room on ${now.name}; retry`, { cause: error });
  });
}

async function requireAlone(deps: BlockDeps, { hosting }: Hosted, name: string, call: Call): Promise<void> {
  const { found } = await lookEverywhere(deps, { except: hosting.name }, call);
  if (found.some(({ disks }) => disks.some((disk) => disk.name === name))) throw another(name);
}

function another(name: string, cause?: Fault): Fault {
  return new Fault('busy', `another gateway is making block volume ${name}; retry`, { cause });
}

/** The same request again: what an interrupted one has not kept is kept. Throws `conflict`. */
async function finish(
  deps: BlockDeps,
  hosted: Hosted,
  wanted: WantedBlockVolume,
  call: Call,
): Promise<BlockVolumeInfoWire> {
  const { hosting, disks } = hosted;
  const { name, size, metadata, hostingvolume } = wanted;
  const disk = disks.find((one) => one.name === name);
  if (disk?.size !== size) {
    throw new Fault('conflict', `block volume ${name} exists with ${disk?.size} bytes, not ${size}`);
  }
  if (hostingvolume !== undefined && hostingvolume !== hosting.name) {
    throw new Fault('conflict', `block volume ${name} exists on hosting volume ${hosting.name}`);
  }
  await deps.mounts.use(
    hosting.name,
    async (mounted) => {
      if (await isFinished(mounted, wanted, call)) return;
      await requireFree(deps, { hosted, disks: mounted, wanted }, call);
      await giveOut(mounted, wanted, call);
    },
    call,
  );
  await forgetPassing(deps, hosting.name, wanted, call);
  return toBlockInfo(hosting, disk, metadata);
}

/** Throws `conflict` for another one, `busy` for one that goes. */
async function isFinished(
  disks: HostedDisks,
  { name, metadata }: WantedBlockVolume,
  call: Call,
): Promise<boolean> {
  const kept = await disks.kept(name, call);
  if (kept === undefined) return false;
  if (kept.state === 'deleting') throw new Fault('busy', `block volume ${name} is being deleted; retry`);
  if (kept.state === 'taken-back') {
    if (isGoing(kept)) throw another(name);
    // Its maker died: the file stays, and becomes this request's.
    await disks.keep(name, undefined, call);
    return false;
  }
  if (isDeepStrictEqual({ ...kept.metadata }, { ...metadata })) return true;
  throw new Fault('conflict', `block volume ${name} exists with other metadata`);
}
