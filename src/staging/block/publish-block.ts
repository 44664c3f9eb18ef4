import { type Call, checkpoint, detached } from '../../control/call.ts';
import { Fault, invalid, isFault } from '../../control/fault.ts';
import { findMount } from '../find-mount.ts';
import { type BlockContext, contentPlace, placesOf, type StagedUse } from './block-volume.ts';
import { findStaged, otherUses } from './find-staged.ts';
import { isSameContent, type LoopMount, toLoopMount } from './loop-mount.ts';
import { restageBlock } from './stage-block.ts';
import { unpublishBlock } from './unpublish-block.ts';

const UNDO_MS = 30_000;

export interface PublishBlock extends StagedUse {
  readonly target: string;
  /** At this target nobody writes. */
  readonly readonly: boolean;
  /** SINGLE_NODE_SINGLE_WRITER: at no other target of this node. */
  readonly singleWriter: boolean;
}

/**
 * Binds the staged file system or device at the target. There already is success; a bind whose device died is
 * replaced, and so is a staged volume that died: kubelet does not stage it again as long as pods are to have it.
 * Throws `wrong-state` when the volume was never staged, or it may have no second target; `conflict` when the target
 * is something else. A failure leaves nothing at the target, or is `uncertain`.
 */
export async function publishBlock(context: BlockContext, request: PublishBlock, call: Call): Promise<void> {
  const { host } = context;
  await requireStaged(context, request, call);
  await restageBlock(context, request, call);
  const content = await getContent(context, request);
  if (await isPublished(context, { request, content }, call)) return;
  if (request.singleWriter) await requireSoleTarget(context, { request, content });
  checkpoint(call);
  const { target, access, readonly } = request;
  try {
    if (access.kind === 'mount') await host.makeDirectory(target, call);
    else await host.makeFile(target, call);
    await host.bind(content.target, target, { readonly: access.kind === 'mount' && readonly }, call);
    const bound = findMount(await host.mounts(), target);
    if (bound !== undefined && isSameContent(bound, content)) return;
    throw new Fault(
      'unreachable',
      `${target} does not show the volume after binding it; is it a symbolic link?`,
    );
  } catch (error) {
    await undo(context, { request, cause: error }, call);
    throw error;
  }
}

/** While a dead client is replaced, its directory alone tells. */
async function requireStaged(
  { host, clusters }: BlockContext,
  request: PublishBlock,
  call: Call,
): Promise<void> {
  const { volume, stagingPath, access, readonly, isReadonly } = request;
  const { client } = findStaged(await host.mounts(), volume, { stagingPath, clusters });
  const isPrepared = (await host.probe(placesOf(stagingPath).client, call)) !== 'absent';
  if (client === undefined && !isPrepared) {
    throw new Fault('wrong-state', `volume ${volume.id} is not staged at ${stagingPath}; stage it first`);
  }
  if (access.kind === 'mount' || !readonly || isReadonly) return;
  // A device node that is bound read-only can be written all the same.
  throw invalid(
    'readonly',
    'a raw block volume is read-only on all of a node or not at all; make the PersistentVolume readOnly',
  );
}

async function getContent({ host, clusters }: BlockContext, request: PublishBlock): Promise<LoopMount> {
  const { volume, stagingPath, access } = request;
  const { content } = findStaged(await host.mounts(), volume, { stagingPath, clusters });
  if (content?.target === contentPlace(placesOf(stagingPath), access)) return content;
  throw new Fault('busy', `volume ${volume.id} is being unstaged at ${stagingPath}; retry`);
}

interface Publication {
  readonly request: PublishBlock;
  readonly content: LoopMount;
}

async function isPublished(context: BlockContext, publication: Publication, call: Call): Promise<boolean> {
  const { host } = context;
  const { request, content } = publication;
  const top = findMount(await host.mounts(), request.target);
  if (top === undefined) return false;
  if (isSameContent(top, content)) {
    const mustBeReadonly = request.readonly || content.options.includes('ro');
    if (request.access.kind === 'block' || top.options.includes('ro') === mustBeReadonly) return true;
    const how = mustBeReadonly ? 'writable' : 'read-only';
    throw new Fault(
      'conflict',
      `volume ${request.volume.id} is published ${how} at ${request.target}; unpublish it first`,
    );
  }
  const former = toLoopMount(top);
  if (former === undefined || !(await hasFailed(context, former, call))) {
    throw new Fault(
      'conflict',
      `${request.target} carries ${top.source} (${top.fsType}); unmount that first`,
    );
  }
  await host.unmount(request.target, call);
  return isPublished(context, publication, call);
}

/** Binds of a volume that was staged anew since its device died. */
async function hasFailed({ host }: BlockContext, mount: LoopMount, call: Call): Promise<boolean> {
  if (mount.fileSystem !== undefined) return (await host.probeFileSystem(mount.target, call)) === 'failed';
  return host.deviceBytes(mount.loop, call).then(
    () => false,
    (error: unknown) => {
      if (isFault(error, 'not-found')) return true;
      throw error;
    },
  );
}

async function requireSoleTarget({ host }: BlockContext, { request, content }: Publication): Promise<void> {
  const targets = [content.target, request.target];
  const [other] = otherUses(await host.mounts(), content, targets);
  if (other === undefined) return;
  throw new Fault(
    'wrong-state',
    `volume ${request.volume.id} allows a single writer and is published at ${other.target}; unpublish it there first`,
  );
}

async function undo(
  context: BlockContext,
  { request, cause }: { readonly request: PublishBlock; readonly cause: unknown },
  call: Call,
): Promise<void> {
  try {
    await unpublishBlock(context, request.target, detached(call, UNDO_MS));
  } catch {
    throw new Fault('uncertain', `publishing at ${request.target} failed, and so did undoing it; retry`, {
      cause,
    });
  }
}
