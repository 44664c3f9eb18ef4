import type { Call } from '../../control/call.ts';
import type { BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { toBlockInfo } from './block-info.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { getHosting } from './hosting.ts';
import type { HostedDisk, HostedDisks } from './hosting-mounts.ts';
import { type Hosted, locate, missing, type NamedBlockVolume } from './locate.ts';
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
  const { hosting } = await locate(deps, name, hostingvolume, call);
  return deps.mounts.use(
    hosting.name,
    (disks) =>
      deps.rooms.run(hosting.name, call.signal, () =>
        expandOn(deps, { host: hosting.name, disks, name }, size, call),
      ),
    call,
  );
}

interface Place {
  readonly host: string;
  readonly disks: HostedDisks;
  readonly name: string;
}

async function expandOn(
  deps: BlockDeps,
  place: Place,
  size: bigint,
  call: Call,
): Promise<BlockVolumeInfoWire> {
  const { disks, name } = place;
  const metadata = (await disks.metadata(name, call)) ?? {};
  const before = await lookAt(deps, place, call);
  if (before.disk.size < size) {
    await makeRoom(deps, before.here, size - before.disk.size, call);
    // Making room takes seconds, in which another gateway may have used it; a file cannot be made smaller again.
    const { here } = await lookAt(deps, place, call);
    const grown = here.disks.map((one) => (one.name === name && one.size < size ? { name, size } : one));
    await requireRoom({ ...here, disks: grown }, disks, call);
    await disks.grow({ name, size }, call);
  }
  // Also for the request before, which may have ended here.
  const { here, disk } = await lookAt(deps, place, call);
  const hosting = await makeRoom(deps, here, 0n, call).catch((error: unknown) => {
    throw afterMutation(error, `expansion of block volume ${name}`);
  });
  return toBlockInfo(hosting, disk, metadata);
}

async function lookAt(
  deps: BlockDeps,
  { host, disks, name }: Place,
  call: Call,
): Promise<{ readonly here: Hosted; readonly disk: HostedDisk }> {
  const hosting = await getHosting(deps, host, call);
  const here = { hosting, ...(await disks.list(call)) };
  const disk = here.disks.find((one) => one.name === name);
  if (disk === undefined) throw missing(name);
  return { here, disk };
}
