import type { Call } from '../../control/call.ts';
import type { HostingDeps } from './deps.ts';
import { hostingVolumes } from './hosting.ts';
import { isStoppedByPrune, lookEverywhere } from './locate.ts';
import { pruneHosting } from './prune-hosting.ts';
import { isEmpty } from './room.ts';

/** What a delete that was interrupted has stopped already cannot be looked at by others. */
export async function finishPrunes(deps: HostingDeps, only: string | undefined, call: Call): Promise<void> {
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
