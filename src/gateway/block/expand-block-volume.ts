import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import { toBlockInfo } from './block-info.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import type { NamedBlockVolume } from './locate.ts';
import { locate } from './locate.ts';
import { requireRoom } from './room.ts';

/**
 * Grows the file. At least as large already is success, so that a repeated request is. Throws `exhausted` when the
 * hosting volume has not so much left, `not-found`, `unreachable`, `busy`.
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
      const snapshots = await disks.snapshots.list(call);
      await requireRoom({ hosting, disks: grown, snapshots }, disks, call);
      await disks.grow({ name, size }, call);
      const found = await disks.find(name, call);
      if (found === undefined) throw new Fault('not-found', `block volume ${name} not found`);
      return toBlockInfo(hosting, found, metadata);
    },
    call,
  );
}
