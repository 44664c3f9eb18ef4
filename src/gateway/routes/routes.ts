import type { Call } from '../../control/call.ts';
import type { BlockParts } from '../block/deps.ts';
import type { GlusterBlockParts } from '../gluster-block/deps.ts';
import type { LioDeps } from '../lio/deps.ts';
import type { Route } from '../route.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { blockSnapshotRoutes } from './block-snapshots.ts';
import { blockVolumeRoutes } from './block-volumes.ts';
import { capacityRoute } from './capacity.ts';
import { changeVolumeRoutes } from './change-volume.ts';
import { createVolumeRoute } from './create-volume.ts';
import { deviceRoutes } from './devices.ts';
import { eventsRoute } from './events.ts';
import { glusterBlockRoutes } from './gluster-block.ts';
import { internalRoutes } from './internal.ts';
import { internalExportRoutes } from './internal-exports.ts';
import { internalFileRoutes } from './internal-files.ts';
import { internalRestoreRoutes } from './internal-restores.ts';
import { internalSnapshotRoutes } from './internal-snapshots.ts';
import { internalVolumeRoutes } from './internal-volumes.ts';
import { lioVolumeRoutes } from './lio-volumes.ts';
import { peerRoutes } from './peers.ts';
import { readOptionRoutes } from './read-options.ts';
import { serviceRoutes } from './service.ts';
import { snapshotRoutes } from './snapshots.ts';
import { volumeRoutes } from './volumes.ts';

/** What block volumes are served with; a provider that is absent is not served. */
export interface BlockProviders {
  readonly block?: BlockParts | undefined;
  readonly glusterBlock?: GlusterBlockParts | undefined;
  readonly lio?: LioDeps | undefined;
}

/** Everything that a gateway serves. */
export function createRoutes(
  deps: VolumeDeps,
  { block, glusterBlock, lio }: BlockProviders,
): readonly Route[] {
  const local = async (call: Call) => deps.pool.server(await deps.pool.selfId(call), call);
  const virtblock = block === undefined ? undefined : ({ ...deps, ...block, provider: 'virtblock' } as const);
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
    ...(virtblock === undefined ? [] : blockVolumeRoutes(virtblock)),
    ...(virtblock === undefined ? [] : blockSnapshotRoutes(virtblock)),
    ...(glusterBlock === undefined
      ? []
      : glusterBlockRoutes({ ...deps, ...glusterBlock, provider: 'gluster-block' })),
    ...(lio === undefined ? [] : [...lioVolumeRoutes(lio), ...internalExportRoutes(lio.exporter)]),
    ...internalRoutes(local),
    ...internalSnapshotRoutes(local),
    ...internalRestoreRoutes(local),
    ...internalFileRoutes(local),
    ...internalVolumeRoutes(deps),
  ];
  return routes;
}
