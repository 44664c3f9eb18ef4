import { type Call, checkpoint } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { askMount } from './ask-mount.ts';
import { findLiveMount } from './find-live-mount.ts';
import { carries, findMount } from './find-mount.ts';
import type { Host, Mount } from './host.ts';
import { getCluster, type NodeVolume, type StagingContext } from './node-volume.ts';
import { bindDifferenceOf } from './same-mount.ts';
import { undoPublish } from './undo-publish.ts';

export interface PublishRequest {
  readonly volume: NodeVolume;
  readonly stagingPath: string;
  readonly target: string;
  readonly readonly: boolean;
  /** Allow-listed mount options; the volume has to be staged with them. */
  readonly options: readonly string[];
  /** SINGLE_NODE_SINGLE_WRITER: at no other target of this node. */
  readonly singleWriter: boolean;
}

/**
 * Binds the staged volume at the target. There already is success; a bind whose client died is replaced. Throws
 * `wrong-state` when the volume is not staged, or it may have no second target; `conflict` when the target is
 * something else; `unreachable` (also when its mount has died), `timed-out`. A failure leaves nothing, or is
 * `uncertain`.
 */
export async function publishVolume(
  context: StagingContext,
  request: PublishRequest,
  call: Call,
): Promise<void> {
  const staged = await getStaged(context, request);
  if (await isPublished(context, { request, staged }, call)) return;
  if (request.singleWriter) await requireSoleTarget(context, request);
  if ((await askMount(context.host, request.stagingPath, call)) === 'dead') {
    // Not final: the mounter replaces it within seconds, and kubelet would not stage the volume again.
    throw new Fault(
      'unreachable',
      `the client of volume ${request.volume.id} at ${request.stagingPath} has died and is being replaced; retry`,
    );
  }
  checkpoint(call);
  await context.host.makeDirectory(request.target, call);
  await bindOrUndo(context.host, { request, staged }, call);
}

async function getStaged({ host, clusters }: StagingContext, request: PublishRequest): Promise<Mount> {
  const { volume, stagingPath, options } = request;
  getCluster(clusters, volume);
  const staged = findMount(await host.mounts(), stagingPath);
  if (staged === undefined || !carries(staged, volume, clusters)) {
    throw new Fault('wrong-state', `volume ${volume.id} is not staged at ${stagingPath}; stage it first`);
  }
  const difference = bindDifferenceOf(staged, options);
  if (difference === undefined) return staged;
  throw new Fault('conflict', `volume ${volume.id} is staged otherwise: ${difference}; unstage it first`);
}

interface Publication {
  readonly request: PublishRequest;
  readonly staged: Mount;
}

async function isPublished(context: StagingContext, publication: Publication, call: Call): Promise<boolean> {
  const { target, volume } = publication.request;
  const live = await findLiveMount(context, { volume, target }, call);
  if (live === undefined) return false;
  if (isReadonly(live) === mustBeReadonly(publication)) return true;
  const how = isReadonly(live) ? 'read-only' : 'writable';
  throw new Fault('conflict', `volume ${volume.id} is published ${how} at ${target}; unpublish it first`);
}

async function requireSoleTarget({ host, clusters }: StagingContext, request: PublishRequest): Promise<void> {
  const { volume, target, stagingPath } = request;
  const other = (await host.mounts()).find(
    (mount) =>
      carries(mount, volume, clusters) &&
      // Where the machine's root is mounted once more, as some pods do, the staging path shows there too.
      !mount.target.endsWith(stagingPath) &&
      !mount.target.endsWith(target),
  );
  if (other === undefined) return;
  throw new Fault(
    'wrong-state',
    `volume ${volume.id} allows a single writer and is published at ${other.target}; unpublish it there first`,
  );
}

async function bindOrUndo(host: Host, publication: Publication, call: Call): Promise<void> {
  const { target, stagingPath, readonly } = publication.request;
  try {
    await host.bind(stagingPath, target, { readonly }, call);
    const bound = findMount(await host.mounts(), target);
    if (bound?.device === publication.staged.device && isReadonly(bound) === mustBeReadonly(publication))
      return;
    throw new Fault(
      'unreachable',
      `${target} does not show the mount after binding it; is it a symbolic link?`,
    );
  } catch (error) {
    await undoPublish(host, { target, cause: error }, call);
    throw error;
  }
}

function mustBeReadonly({ request, staged }: Publication): boolean {
  return request.readonly || isReadonly(staged);
}

function isReadonly(mount: Mount): boolean {
  return mount.options.includes('ro');
}
