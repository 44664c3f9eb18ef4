import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import { toBlockInfo } from './block-info.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { locate, type NamedBlockVolume } from './locate.ts';
import { makeRoom } from './make-room.ts';
import { requireRoom } from './room.ts';

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
      const here = { hosting, ...(await disks.list(call)) };
      const roomy = await makeRoom(deps, here, size - disk.size, call);
      const grown = here.disks.map((one) => (one.name === name ? { name, size } : one));
      await requireRoom({ ...here, hosting: roomy, disks: grown }, disks, call);
      await disks.grow({ name, size }, call);
      const found = await disks.find(name, call);
      if (found === undefined) throw new Fault('not-found', `block volume ${name} not found`);
      return toBlockInfo(roomy, found, metadata);
    },
    call,
  );
}
