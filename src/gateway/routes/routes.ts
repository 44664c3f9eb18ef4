import type { Call } from '../../control/call.ts';
import type { BlockParts } from '../block/deps.ts';
import type { LioDeps } from '../lio/deps.ts';
import type { Route } from '../route.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { blockVolumeRoutes } from './block-volumes.ts';
import { capacityRoute } from './capacity.ts';
import { changeVolumeRoutes } from './change-volume.ts';
import { createVolumeRoute } from './create-volume.ts';
import { deviceRoutes } from './devices.ts';
import { eventsRoute } from './events.ts';
import { internalRoutes } from './internal.ts';
import { internalExportRoutes } from './internal-exports.ts';
import { internalRestoreRoutes } from './internal-restores.ts';
import { internalSnapshotRoutes } from './internal-snapshots.ts';
import { internalVolumeRoutes } from './internal-volumes.ts';
import { lioVolumeRoutes } from './lio-volumes.ts';
import { peerRoutes } from './peers.ts';
import { readOptionRoutes } from './read-options.ts';
import { serviceRoutes } from './service.ts';
import { snapshotRoutes } from './snapshots.ts';
import { volumeRoutes } from './volumes.ts';

/** Everything that a gateway serves. */
export function createRoutes(
  deps: VolumeDeps,
  block: BlockParts | undefined,
  lio: LioDeps | undefined,
): readonly Route[] {
  const local = async (call: Call) => deps.pool.server(await deps.pool.selfId(call), call);
  const routes: readonly Route[] = [
    ...serviceRoutes(deps.gluster, () => routes),
    createVolumeRoute(deps),
    ...volumeRoutes(deps),
    ...changeVolumeRoutes(deps),
    ...readOptionRoutes(deps.gluster),
    ...peerRoutes(deps),
    ...deviceRoutes(deps),
    capacityRoute(deps),
    eventsRoute(deps.pool),
    ...snapshotRoutes(deps),
    ...(block === undefined ? [] : blockVolumeRoutes({ ...deps, ...block, provider: 'virtblock' })),
    ...(lio === undefined ? [] : [...lioVolumeRoutes(lio), ...internalExportRoutes(lio.exporter)]),
    ...internalRoutes(local),
    ...internalSnapshotRoutes(local),
    ...internalRestoreRoutes(local),
    ...internalVolumeRoutes(deps),
  ];
  return routes;
}
