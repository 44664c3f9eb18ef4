import type { Call } from '../../control/call.ts';
import { isFault } from '../../control/fault.ts';
import type { HostingDeps } from './deps.ts';
import { hostingVolumes } from './hosting.ts';
import { isStoppedByPrune, lookEverywhere } from './locate.ts';
import { pruneHosting } from './prune-hosting.ts';
import { isEmpty } from './room.ts';

/**
 * Finds what a request is to delete. With `prune`, what interrupted deletes have left of hosting volumes goes: one that
 * is stopped already cannot be looked at, one that is empty has nothing to be found. Throws what `find` throws.
 */
export async function findToDelete<Found>(
  deps: HostingDeps,
  { hostingvolume, prune }: { readonly hostingvolume: string | undefined; readonly prune: boolean },
  find: () => Promise<Found>,
  call: Call,
): Promise<Found> {
  if (!prune) return find();
  await finishPrunes(deps, hostingvolume, call);
  try {
    return await find();
  } catch (error) {
    if (isFault(error, 'not-found')) await pruneEmpty(deps, hostingvolume, call);
    throw error;
  }
}

async function finishPrunes(deps: HostingDeps, only: string | undefined, call: Call): Promise<void> {
  const volumes = (await hostingVolumes(deps, call)).filter(
    ({ name }) => only === undefined || name === only,
  );
  for (const hosting of volumes.filter(isStoppedByPrune)) await pruneHosting(deps, hosting.name, call);
}

/** Hosting volumes that were made for a request and have nothing on them. */
export async function pruneEmpty(
  deps: HostingDeps,
  hostingvolume: string | undefined,
  call: Call,
): Promise<void> {
  const { found } = await lookEverywhere(deps, { only: hostingvolume }, call);
  for (const { hosting } of found.filter(isEmpty)) await pruneHosting(deps, hosting.name, call);
}
