import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { getRecord } from '../volume-record.ts';
import { passingFor } from './block-source.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { locate, type NamedBlockVolume } from './locate.ts';
import { finishPrunes, pruneEmpty } from './prune-empty.ts';
import { pruneHosting } from './prune-hosting.ts';
import { readPublications } from './publications.ts';
import { isEmpty } from './room.ts';

/**
 * Deletes the block volume, and with `prune` a hosting volume that was made for a request and is empty then. Throws
 * `not-found`, `wrong-state` naming the nodes that may attach it, `unreachable`, `busy`.
 */
export async function deleteBlockVolume(
  deps: BlockDeps,
  { name, hostingvolume, prune }: NamedBlockVolume & { readonly prune: boolean },
  call: Call,
): Promise<void> {
  using _lock = deps.locks.acquire(blockKey(name));
  if (prune) await finishPrunes(deps, hostingvolume, call);
  const { hosting } = await locate(deps, name, hostingvolume, call).catch(async (error: unknown) => {
    // An interrupted delete has taken the block volume away and not its hosting volume.
    if (prune && isFault(error, 'not-found')) await pruneEmpty(deps, hostingvolume, call);
    throw error;
  });
  const nodes = (readPublications(getRecord(hosting)).get(name) ?? []).map(({ node }) => node);
  if (nodes.length > 0) {
    throw new Fault(
      'wrong-state',
      `block volume ${name} is published to ${nodes.join(', ')}; unpublish it first`,
    );
  }
  const isLast = await deps.mounts.use(
    hosting.name,
    async (disks) => {
      await disks.remove(name, call);
      // What an interrupted clone has left would keep the hosting volume.
      await disks.snapshots.remove(passingFor(name), call);
      return isEmpty(await disks.list(call));
    },
    call,
  );
  if (prune && isLast) await pruneHosting(deps, hosting.name, call);
}
