import { type Call, checkpoint } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { findLiveMount } from './find-live-mount.ts';
import { getCluster, type NodeVolume, type StagingContext, toGlusterMount } from './node-volume.ts';
import { requireRoom } from './require-room.ts';
import { differenceOf } from './same-mount.ts';

export interface StageRequest {
  readonly volume: NodeVolume;
  readonly stagingPath: string;
  /** Allow-listed mount options. */
  readonly options: readonly string[];
}

/**
 * Mounts the volume at the staging path. There already with these options is success; a mount whose client died is
 * replaced. Throws `not-found`, `conflict`, `exhausted` (too many volumes here), `unreachable`, `timed-out`.
 */
export async function stageVolume(context: StagingContext, request: StageRequest, call: Call): Promise<void> {
  const { host, clusters } = context;
  const { volume, stagingPath, options } = request;
  const { servers } = getCluster(clusters, volume);
  if (await isStaged(context, request, call)) return;
  await requireRoom(context, volume);
  checkpoint(call);
  await host.makeDirectory(stagingPath, call);
  await host.mountGluster(toGlusterMount(volume, { servers, target: stagingPath, options }), call);
}

async function isStaged(context: StagingContext, request: StageRequest, call: Call): Promise<boolean> {
  const { volume, stagingPath, options } = request;
  const live = await findLiveMount(context, { volume, target: stagingPath }, call);
  if (live === undefined) return false;
  const difference = differenceOf(live, options);
  if (difference === undefined) return true;
  throw new Fault('conflict', `volume ${volume.id} is staged otherwise: ${difference}; unstage it first`);
}
