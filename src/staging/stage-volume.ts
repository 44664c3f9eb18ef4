import { type Call, checkpoint } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { askMount } from './ask-mount.ts';
import { carries, findMount } from './find-mount.ts';
import { getCluster, type NodeVolume, type StagingContext, toGlusterMount } from './node-volume.ts';
import { requireRoom } from './require-room.ts';
import { differenceOf } from './same-mount.ts';
import { MOST_STACKED } from './unmount-all.ts';

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

/** Takes dead mounts of the volume away until it finds a live one, or none. */
async function isStaged(context: StagingContext, request: StageRequest, call: Call): Promise<boolean> {
  const { host, clusters } = context;
  const { volume, stagingPath, options } = request;
  for (let n = 0; n < MOST_STACKED; n += 1) {
    checkpoint(call);
    const top = findMount(await host.mounts(), stagingPath);
    if (top === undefined) return false;
    if (!carries(top, volume, clusters)) {
      throw new Fault('conflict', `${stagingPath} carries ${top.source} (${top.fsType}); unmount that first`);
    }
    if ((await askMount(host, stagingPath, call)) === 'dead') {
      await host.unmount(stagingPath, call);
      continue;
    }
    const difference = differenceOf(top, options);
    if (difference === undefined) return true;
    throw new Fault('conflict', `volume ${volume.id} is staged otherwise: ${difference}; unstage it first`);
  }
  throw new Fault('uncertain', `dead mounts at ${stagingPath} do not go away; unmount them by hand`);
}
