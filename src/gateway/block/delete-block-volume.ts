import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { getRecord } from '../volume-record.ts';
import { type BlockDeps, blockKey } from './deps.ts';
import { locate, type NamedBlockVolume } from './locate.ts';
import { readPublications } from './publications.ts';

/** Deletes the block volume. Throws `not-found`, `wrong-state` naming the nodes that may attach it, `unreachable`, `busy`. */
export async function deleteBlockVolume(
  deps: BlockDeps,
  { name, hostingvolume }: NamedBlockVolume,
  call: Call,
): Promise<void> {
  using _lock = deps.locks.acquire(blockKey(name));
  const { hosting } = await locate(deps, name, hostingvolume, call);
  const nodes = (readPublications(getRecord(hosting)).get(name) ?? []).map(({ node }) => node);
  if (nodes.length > 0) {
    throw new Fault(
      'wrong-state',
      `block volume ${name} is published to ${nodes.join(', ')}; unpublish it first`,
    );
  }
  await deps.mounts.use(hosting.name, (disks) => disks.remove(name, call), call);
}
