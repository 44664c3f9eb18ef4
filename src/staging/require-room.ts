import { Fault } from '../control/fault.ts';
import { sourceOf } from './find-mount.ts';
import type { NodeVolume, StagingContext } from './node-volume.ts';

/** Throws `exhausted` when the node carries as many other volumes, or directories of them, as it may. */
export async function requireRoom(context: StagingContext, volume: NodeVolume): Promise<void> {
  const { host, clusters, maxVolumes } = context;
  if (maxVolumes === 0) return;
  const servers = new Set(clusters.flatMap((cluster) => cluster.servers));
  const mounted = (await host.mounts())
    .map(sourceOf)
    .filter((source) => source !== undefined && servers.has(source.server))
    .map((source) => pathOf(source?.volume, source?.directory));
  const others = new Set(mounted);
  others.delete(pathOf(volume.name, volume.directory));
  if (others.size < maxVolumes) return;
  throw new Fault(
    'exhausted',
    `this node carries ${others.size} volumes and may carry ${maxVolumes}; unstage some or raise --max-volumes`,
  );
}

function pathOf(volume: string | undefined, directory: string | undefined): string {
  return directory === undefined ? `${volume}` : `${volume}/${directory}`;
}
