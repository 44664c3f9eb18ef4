import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import { getRecord } from '../volume-record.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { toBlockInfo } from './block-info.ts';
import { chooseHosting } from './choose-hosting.ts';
import { closeHosting } from './close-hosting.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { getHosting } from './hosting.ts';
import type { HostedDisks } from './hosting-mounts.ts';
import { type Hosted, lookEverywhere } from './locate.ts';
import type { HostingPlan } from './make-hosting.ts';
import { makeHosting } from './make-hosting.ts';
import { pruneHosting } from './prune-hosting.ts';
import { isOpenForBlocks } from './publications.ts';
import { requireAddressAccess } from './require-address-access.ts';
import { requireRoom } from './room.ts';

export interface WantedBlockVolume {
  readonly name: string;
  readonly size: bigint;
  readonly metadata: Readonly<Record<string, string>>;
  /** The hosting volume that the request names. */
  readonly hostingvolume: string | undefined;
  /** Of one that is made when none has room. */
  readonly plan: HostingPlan;
}

/**
 * Makes a block volume on a hosting volume with room, or on a new one. One of the same size and metadata is the
 * result of the same request; of others throws `conflict`. Throws `exhausted`, `unreachable` when a hosting volume
 * that may have the name does not answer, `busy`.
 */
export async function createBlockVolume(
  deps: BlockDeps,
  wanted: WantedBlockVolume,
  call: Call,
): Promise<{ readonly info: BlockVolumeInfoWire; readonly isNew: boolean }> {
  requireAddressAccess(deps);
  using _lock = deps.locks.acquire(blockKey(wanted.name));
  const { found, silent } = await lookEverywhere(deps, undefined, call);
  for (const { hosting, disks } of found) {
    if (disks.length === 0 && !isOpenForBlocks(getRecord(hosting)))
      await pruneHosting(deps, hosting.name, call);
  }
  const existing = found.find(({ disks }) => disks.some(({ name }) => name === wanted.name));
  if (existing !== undefined) return { info: await finish(deps, existing, wanted, call), isNew: false };
  if (silent !== undefined && wanted.hostingvolume === undefined) throw silent;
  const chosen = await chooseHosting(deps, found, wanted, call);
  const hosted = chosen ?? { hosting: await makeHosting(deps, wanted, call), disks: [] };
  await closeHosting(deps, hosted.hosting, call);
  const info = await deps.mounts.use(
    hosted.hosting.name,
    (disks) => make(deps, { hosted, disks, wanted }, call),
    call,
  );
  return { info, isNew: true };
}

interface Making {
  readonly hosted: Hosted;
  readonly disks: HostedDisks;
  readonly wanted: WantedBlockVolume;
}

async function make(deps: BlockDeps, making: Making, call: Call): Promise<BlockVolumeInfoWire> {
  const { hosted, disks, wanted } = making;
  const { name, size, metadata } = wanted;
  await disks.make({ name, size }, call).catch((error: unknown) => {
    throw error instanceof Fault && error.kind === 'conflict' ? another(name, error) : error;
  });
  try {
    // Two gateways may have done the same at once, here or on two hosting volumes: the later look sees both.
    await requireAlone(deps, hosted, name, call);
    await requireOpen(deps, hosted, call);
    await requireRoom({ ...hosted, disks: await disks.list(call) }, disks, call);
  } catch (error) {
    await disks.remove(name, call).catch((cause: unknown) => {
      throw afterMutation(cause, `block volume ${name}`);
    });
    throw error;
  }
  await disks.keepMetadata(name, metadata, call).catch((error: unknown) => {
    throw afterMutation(error, `block volume ${name}`);
  });
  return toBlockInfo(hosted.hosting, { name, size }, metadata);
}

async function requireAlone(deps: BlockDeps, { hosting }: Hosted, name: string, call: Call): Promise<void> {
  const { found } = await lookEverywhere(deps, undefined, call);
  const twin = found.find(
    (other) => other.hosting.name !== hosting.name && other.disks.some((disk) => disk.name === name),
  );
  if (twin !== undefined) throw another(name);
}

/** Not about to be deleted (see `prune-hosting.ts`). */
async function requireOpen(deps: BlockDeps, { hosting }: Hosted, call: Call): Promise<void> {
  if (isOpenForBlocks(getRecord(await getHosting(deps, hosting.name, call)))) return;
  throw new Fault('busy', `hosting volume ${hosting.name} is being deleted; retry`);
}

function another(name: string, cause?: Fault): Fault {
  return new Fault('busy', `another gateway is making block volume ${name}; retry`, { cause });
}

/** The same request again: what an interrupted one has not kept is kept. Throws `conflict`. */
async function finish(
  deps: BlockDeps,
  { hosting, disks }: Hosted,
  wanted: WantedBlockVolume,
  call: Call,
): Promise<BlockVolumeInfoWire> {
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
      const kept = await mounted.metadata(name, call);
      if (kept === undefined) return mounted.keepMetadata(name, metadata, call);
      if (isDeepStrictEqual({ ...kept }, { ...metadata })) return;
      throw new Fault('conflict', `block volume ${name} exists with other metadata`);
    },
    call,
  );
  return toBlockInfo(hosting, disk, metadata);
}
