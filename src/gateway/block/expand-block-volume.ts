import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import { resizeVolume } from '../volumes/resize-volume.ts';
import { toBlockInfo } from './block-info.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { type Hosted, locate, type NamedBlockVolume } from './locate.ts';
import { SHAPE_KEY } from './make-hosting.ts';
import { requireRoom, roomOf } from './room.ts';

/**
 * Grows the file, and before it, when it lacks room, a hosting volume that was made for a request. At least as large
 * already is success, so that a repeated request is. Throws `exhausted` when a hosting volume that somebody made, or a
 * device, has not so much left, `not-found`, `unreachable`, `busy`.
 */
export async function expandBlockVolume(
  deps: BlockDeps,
  { name, hostingvolume, size }: NamedBlockVolume & { readonly size: bigint },
  call: Call,
): Promise<BlockVolumeInfoWire> {
  using _lock = deps.locks.acquire(blockKey(name));
  const { hosting, disk } = await locate(deps, name, hostingvolume, call);
  return deps.mounts.use(
    hosting.name,
    async (disks) => {
      const metadata = (await disks.metadata(name, call)) ?? {};
      if (disk.size >= size) return toBlockInfo(hosting, disk, metadata);
      const grown = (await disks.list(call)).map((one) => (one.name === name ? { name, size } : one));
      const roomy = await makeRoom(deps, { hosting, disks: grown }, call);
      await requireRoom({ hosting: roomy, disks: grown }, disks, call);
      await disks.grow({ name, size }, call);
      const found = await disks.find(name, call);
      if (found === undefined) throw new Fault('not-found', `block volume ${name} not found`);
      return toBlockInfo(roomy, found, metadata);
    },
    call,
  );
}

/** One that somebody made keeps the size that it was given. */
async function makeRoom(deps: BlockDeps, hosted: Hosted, call: Call): Promise<GlusterVolume> {
  const { hosting } = hosted;
  const { capacity, metadata } = getRecord(hosting);
  if (capacity === undefined || metadata[SHAPE_KEY] === undefined) return hosting;
  const needed = capacity - roomOf(hosted, capacity);
  if (needed <= capacity) return hosting;
  return resizeVolume(deps, hosting.name, () => needed, call);
}
