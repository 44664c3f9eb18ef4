import { type Call, checkpoint } from '../control/call.ts';
import { Fault, isFault } from '../control/fault.ts';
import { findLiveMount } from './find-live-mount.ts';
import type { Host } from './host.ts';
import { type InlineRule, requireAllowed } from './inline-rules.ts';
import { getCluster, type NodeVolume, type StagingContext, toGlusterMount } from './node-volume.ts';
import { isProvisionedBrick } from './provisioned-brick.ts';
import { requireRoom } from './require-room.ts';
import { differenceOf } from './same-mount.ts';
import { undoPublish } from './undo-publish.ts';

export interface InlineContext extends StagingContext {
  readonly inline: readonly InlineRule[];
}

export interface InlineRequest {
  /** The volume that the pod's spec names, under kubelet's id. */
  readonly volume: NodeVolume;
  /** The pod's, as kubelet tells. */
  readonly namespace: string;
  readonly target: string;
  /** Allow-listed mount options; `ro` for a read-only mount. */
  readonly options: readonly string[];
}

/**
 * Mounts a volume that a pod's own spec names at the target. There already with these options is success; a mount
 * whose client died is replaced. Throws `denied` when the configuration does not allow it or the volume was
 * provisioned, `not-found`, `conflict`, `exhausted`, `unreachable`, `timed-out`. A failure leaves nothing, or is
 * `uncertain`.
 */
export async function publishInline(
  context: InlineContext,
  request: InlineRequest,
  call: Call,
): Promise<void> {
  const { volume, target, namespace } = request;
  requireAllowed(context.inline, namespace, volume);
  const { host, clusters } = context;
  const { servers } = getCluster(clusters, volume);
  const isThere = await isMounted(context, request, call);
  if (!isThere) await requireRoom(context, volume);
  checkpoint(call);
  if (!isThere) await host.makeDirectory(target, call);
  try {
    const mount = toGlusterMount(volume, { servers, target, options: request.options });
    if (!isThere) await host.mountGluster(mount, call);
    await refuseProvisioned(host, request, call);
  } catch (error) {
    // What was there may be a running pod's: that it cannot be asked just now says nothing against it.
    if (!isThere || isFault(error, 'denied')) await undoPublish(host, { target, cause: error }, call);
    throw error;
  }
}

async function isMounted(context: InlineContext, request: InlineRequest, call: Call): Promise<boolean> {
  const { volume, target, options } = request;
  const live = await findLiveMount(context, { volume, target }, call);
  if (live === undefined) return false;
  const difference = differenceOf(live, options);
  if (difference === undefined) return true;
  throw new Fault('conflict', `volume ${volume.name} is mounted otherwise at ${target}: ${difference}`);
}

/**
 * Volumes that were provisioned are for who claimed them, whatever the configuration says. The node may not ask a
 * gateway whether a volume carries our mark; its bricks tell, and those its client knows. That is after the mount and
 * before any container starts: kubelet waits for the publish. What cannot be told is refused. Asked of a mount that
 * is there already too: an earlier request may have ended between its mount and this.
 */
async function refuseProvisioned(host: Host, { volume, target }: InlineRequest, call: Call): Promise<void> {
  const own = (await host.bricks(target, call)).find(isProvisionedBrick);
  if (own === undefined) return;
  throw new Fault(
    'denied',
    `volume ${volume.cluster}/${volume.name} was provisioned for a claim, as its brick ${own} tells; mount it by that PersistentVolumeClaim`,
  );
}
