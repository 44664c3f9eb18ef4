import { type Call, detached } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import { passingFor } from './block-source.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { getHosting } from './hosting.ts';
import type { HostedDisks } from './hosting-mounts.ts';
import { isGoing } from './kept.ts';
import { locate, type NamedBlockVolume } from './locate.ts';
import { findToDelete } from './prune-empty.ts';
import { pruneHosting } from './prune-hosting.ts';
import { readPublications } from './publications.ts';
import { isEmpty } from './room.ts';

const RESTORE_MS = 30_000;

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
  const find = () => locate(deps, name, hostingvolume, call);
  const { hosting } = await findToDelete(deps, { hostingvolume, prune }, find, call);
  requireUnpublished(hosting, name);
  const isLast = await deps.mounts.use(
    hosting.name,
    async (disks) => {
      await markDeleting(deps, disks, { name, hosting: hosting.name }, call);
      await disks.remove(name, call);
      // What an interrupted clone has left would keep the hosting volume.
      await disks.snapshots.remove(passingFor(name), call);
      return isEmpty(await disks.list(call));
    },
    call,
  );
  if (prune && isLast) await pruneHosting(deps, hosting.name, call);
}

/**
 * A publish writes the record and looks at the mark then; this marks, and looks at the record then. So one of two that
 * meet sees the other, whichever gateways they are at.
 */
async function markDeleting(
  deps: BlockDeps,
  disks: HostedDisks,
  { name, hosting }: { readonly name: string; readonly hosting: string },
  call: Call,
): Promise<void> {
  const before = await disks.kept(name, call);
  const metadata = before === undefined || before.state === 'taken-back' ? {} : before.metadata;
  await disks.keep(name, { state: 'deleting', since: Date.now(), metadata }, call);
  try {
    requireUnpublished(await getHosting(deps, hosting, call), name);
  } catch (error) {
    // Another's mark stays: that one may have seen nobody and be about to remove it.
    const after =
      before?.state === 'deleting' && !isGoing(before) ? ({ state: 'whole', metadata } as const) : before;
    await disks.keep(name, after, detached(call, RESTORE_MS));
    throw error;
  }
}

function requireUnpublished(hosting: GlusterVolume, name: string): void {
  const nodes = (readPublications(getRecord(hosting)).get(name) ?? []).map(({ node }) => node);
  if (nodes.length === 0) return;
  throw new Fault(
    'wrong-state',
    `block volume ${name} is published to ${nodes.join(', ')}; unpublish it first`,
  );
}
