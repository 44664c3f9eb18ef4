import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { layoutOf } from '../brick-layout.ts';
import { getRecord } from '../volume-record.ts';
import type { HostingDeps } from './deps.ts';
import { getHosting } from './hosting.ts';
import type { Hosted } from './locate.ts';
import { type HostingPlan, SHAPE_KEY, shapeOf } from './make-hosting.ts';
import { makeRoom } from './make-room.ts';
import { isOpenForBlocks } from './publications.ts';
import { MAX_DISKS, roomOf } from './room.ts';

interface Wish {
  readonly size: bigint;
  readonly hostingvolume: string | undefined;
  readonly plan: HostingPlan;
}

/**
 * The hosting volume for a new block volume: the named one, or the one of the wished shape with the most room.
 * Undefined when there is none with room. A named one grows if it was made for a request; throws `exhausted` when it has
 * none, `not-found`, `wrong-state`.
 */
export async function chooseHosting<Host extends Hosted>(
  deps: HostingDeps,
  all: readonly Host[],
  { size, hostingvolume, plan }: Wish,
  call: Call,
): Promise<Host | undefined> {
  const named = all.find(({ hosting }) => hosting.name === hostingvolume);
  if (hostingvolume !== undefined && named === undefined) {
    await getHosting(deps, hostingvolume, call);
    throw new Fault('unreachable', `hosting volume ${hostingvolume} is not started, or does not answer`);
  }
  const candidates =
    named === undefined
      ? all.filter((hosted) => isOpen(hosted) && hasShape(hosted, plan))
      : [{ ...named, hosting: await makeRoom(deps, named, size, call) }];
  const measured = await Promise.all(
    candidates.map(async (hosted) => ({ hosted, room: await measure(deps, hosted, call) })),
  );
  const fitting = measured
    .filter(({ hosted, room }) => room >= size && hosted.disks.length < MAX_DISKS)
    .toSorted((one, other) => (one.room > other.room ? -1 : 1));
  if (fitting[0] !== undefined || named === undefined) return fitting[0]?.hosted;
  throw new Fault(
    'exhausted',
    `hosting volume ${named.hosting.name} has ${named.disks.length} block volumes (at most ${MAX_DISKS}) and ${measured[0]?.room} bytes for new ones, of which ${size} are asked for`,
  );
}

function isOpen({ hosting }: Hosted): boolean {
  return isOpenForBlocks(getRecord(hosting));
}

async function measure(deps: HostingDeps, hosted: Hosted, call: Call): Promise<bigint> {
  const { hosting } = hosted;
  if (getRecord(hosting).capacity !== undefined) return roomOf(hosted, 0n);
  return roomOf(hosted, await deps.mounts.use(hosting.name, (files) => files.totalBytes(call), call));
}

/** One that was made for a request has the shape of that request; of others the layout counts. */
function hasShape({ hosting }: Hosted, plan: HostingPlan): boolean {
  if (!plan.isGiven) return true;
  const shape = getRecord(hosting).metadata[SHAPE_KEY];
  if (shape !== undefined) return shape === shapeOf(plan);
  const [have, want] = [layoutOf(hosting), plan.question.layout];
  return have.kind === want.kind && have.perSet === want.perSet && have.arbiter === want.arbiter;
}
