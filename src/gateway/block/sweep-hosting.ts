import type { Call } from '../../control/call.ts';
import { getRecord } from '../volume-record.ts';
import type { HostingDeps } from './deps.ts';
import { hostingVolumes } from './hosting.ts';
import { pruneHosting } from './prune-hosting.ts';
import { isOpenForBlocks } from './publications.ts';

/** Finishes prunes that were interrupted, of hosting volumes whose first brick is this server's. */
export async function sweepHosting(deps: HostingDeps, call: Call): Promise<void> {
  const [selfId, volumes] = await Promise.all([deps.pool.selfId(call), hostingVolumes(deps, call)]);
  for (const volume of volumes) {
    if (volume.bricks[0]?.peerId !== selfId || isOpenForBlocks(getRecord(volume))) continue;
    await pruneHosting(deps, volume.name, call);
  }
}
