import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { BlockPublication, BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import { getRecord } from '../volume-record.ts';
import { toBlockInfo } from './block-info.ts';
import { changePublications } from './change-publications.ts';
import type { BlockDeps } from './deps.ts';
import { getHosting, hostingVolumes } from './hosting.ts';
import type { HostedDisk, HostedDisks } from './hosting-mounts.ts';
import { hostingOf, missing, type NamedBlockVolume } from './locate.ts';
import { openDoor } from './open-door.ts';
import { checkPublication, newDoor, type Publications, readPublications } from './publications.ts';
import { requireNoServer } from './require-no-server.ts';

/**
 * Lets a node attach the block volume. The record has the last word on who else may: a node leaves it only by an
 * unpublish, which the bricks enforce. The same again is success; other addresses, or another mode, take the place
 * of those that were there. Only a client that was started for this publication is let in (see `open-door.ts`). Throws
 * `wrong-state` naming the node that has it, `not-found`, `busy` while it is made or deleted, `invalid`, `exhausted`, and
 * what `changePublications` throws.
 */
export async function publishBlockVolume(
  deps: BlockDeps,
  { name, hostingvolume }: NamedBlockVolume,
  publication: BlockPublication,
  call: Call,
): Promise<BlockVolumeInfoWire> {
  checkPublication(publication);
  await requireNoServer(deps, publication, call);
  const hosting = await hostingOf(deps, { name, hostingvolume }, call);
  const fresh = newDoor();
  return deps.mounts.use(
    hosting,
    async (disks) => {
      try {
        await getWhole(disks, name, call);
        const changed = await changePublications(
          deps,
          hosting,
          (now) => publish(now, name, publication, fresh),
          call,
        );
        // A delete that did not see this publication has marked it before (see `delete-block-volume.ts`).
        const { disk, metadata } = await getWhole(disks, name, call);
        await openDoor(deps, disks, { hosting: changed, name, node: publication.node }, call);
        return toBlockInfo(changed, disk, metadata);
      } catch (error) {
        // It was deleted meanwhile, or by the time of a retry: what was published is nothing.
        if (isFault(error, 'not-found') && (await disks.find(name, call)) === undefined)
          await withdrawAll(deps, hosting, name, call);
        throw error;
      }
    },
    call,
  );
}

/** Of a block volume that is gone. */
export async function withdrawAll(deps: BlockDeps, hosting: string, name: string, call: Call): Promise<void> {
  const published = readPublications(getRecord(await getHosting(deps, hosting, call)));
  if (published.has(name)) await withdraw(deps, hosting, { name, node: undefined }, call);
}

/** Throws `not-found`, and `busy` for one that is being made or deleted. */
export async function getWhole<Disk extends HostedDisk>(
  disks: Pick<HostedDisks, 'kept'> & { find(name: string, call: Call): Promise<Disk | undefined> },
  name: string,
  call: Call,
) {
  const disk = await disks.find(name, call);
  if (disk === undefined) throw missing(name);
  const kept = await disks.kept(name, call);
  if (kept?.state === 'whole') return { disk, metadata: kept.metadata };
  const what = kept?.state === 'deleting' ? 'deleted' : 'made';
  throw new Fault('busy', `block volume ${name} is being ${what}; retry`);
}

interface Withdrawal {
  readonly name: string;
  /** Undefined: all. */
  readonly node: string | undefined;
}

/**
 * Resolves once no write of the node's (or of any, without one) can reach the block volume any more, whether it was
 * published there or not, or is there at all. Throws what `changePublications` throws.
 */
export async function unpublishBlockVolume(
  deps: BlockDeps,
  { hostingvolume, ...withdrawal }: NamedBlockVolume & Withdrawal,
  call: Call,
): Promise<void> {
  const hostings = await (hostingvolume === undefined
    ? hostingVolumes(deps, call)
    : getHosting(deps, hostingvolume, call).then((one) => [one], orNone));
  // Also where no record has it: the request that took it out may have died before the bricks went by that.
  for (const { name } of hostings) await withdraw(deps, name, withdrawal, call);
}

async function withdraw(
  deps: BlockDeps,
  hosting: string,
  { name, node }: Withdrawal,
  call: Call,
): Promise<void> {
  const without = (now: Publications) => {
    const rest = (now.get(name) ?? []).filter((one) => node !== undefined && one.node !== node);
    return new Map([...now, [name, rest]]);
  };
  await changePublications(deps, hosting, without, call);
}

/** A hosting volume that is gone took its clients with it. */
function orNone(error: unknown): [] {
  if (isFault(error, 'not-found')) return [];
  throw error;
}

/**
 * With the node among those that may attach it. Readers share a door, since none of their clients has anything to
 * write; a writer has its own. Throws `wrong-state` when another has it and one of the two writes.
 */
function publish(
  now: Publications,
  name: string,
  publication: BlockPublication,
  fresh: string,
): Publications {
  const before = now.get(name) ?? [];
  const others = before.filter(({ node }) => node !== publication.node);
  const obstacle = publication.readonly ? others.find(({ readonly }) => !readonly) : others[0];
  if (obstacle !== undefined) {
    throw new Fault(
      'wrong-state',
      `block volume ${name} is published to node ${obstacle.node}${obstacle.readonly ? ' read-only' : ''}; unpublish it there first`,
    );
  }
  const same = before.find(({ readonly }) => readonly === publication.readonly);
  const { door } = same ?? { door: fresh };
  return new Map([...now, [name, [...others, { ...publication, ...(door === undefined ? {} : { door }) }]]]);
}
