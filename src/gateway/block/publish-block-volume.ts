import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { BlockPublication, BlockVolumeInfoWire } from '../../glusterd2/block-wire.ts';
import { toBlockInfo } from './block-info.ts';
import { changePublications } from './change-publications.ts';
import type { BlockDeps } from './deps.ts';
import { getHosting, hostingVolumes } from './hosting.ts';
import type { HostedDisks } from './hosting-mounts.ts';
import { hostingOf, missing, type NamedBlockVolume } from './locate.ts';
import { checkPublication, type Publications } from './publications.ts';
import { requireNoServer } from './require-no-server.ts';

/**
 * Lets a node attach the block volume. The record has the last word on who else may: a node leaves it only by an
 * unpublish, which the bricks enforce. The same again is success; other addresses, or another mode, take the place
 * of those that were there. Throws `wrong-state` naming the node that has it, `not-found`, `invalid`, `exhausted`,
 * and what `changePublications` throws.
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
  const look = async (disks: HostedDisks) => {
    const disk = await disks.find(name, call);
    return disk === undefined ? undefined : { disk, metadata: (await disks.metadata(name, call)) ?? {} };
  };
  return deps.mounts.use(
    hosting,
    async (disks) => {
      if ((await disks.find(name, call)) === undefined) throw missing(name);
      const changed = await changePublications(deps, hosting, (now) => publish(now, name, publication), call);
      const found = await look(disks);
      if (found !== undefined) return toBlockInfo(changed, found.disk, found.metadata);
      // It was deleted meanwhile: what was published is nothing.
      await withdraw(deps, hosting, { name, node: publication.node }, call);
      throw missing(name);
    },
    call,
  );
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

/** With the node among those that may attach it. Throws `wrong-state` when another has it and one of the two writes. */
function publish(now: Publications, name: string, publication: BlockPublication): Publications {
  const others = (now.get(name) ?? []).filter(({ node }) => node !== publication.node);
  const obstacle = publication.readonly ? others.find(({ readonly }) => !readonly) : others[0];
  if (obstacle !== undefined) {
    throw new Fault(
      'wrong-state',
      `block volume ${name} is published to node ${obstacle.node}${obstacle.readonly ? ' read-only' : ''}; unpublish it there first`,
    );
  }
  return new Map([...now, [name, [...others, publication]]]);
}
