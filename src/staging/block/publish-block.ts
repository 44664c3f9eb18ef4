import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { type Binder, bindContent, type Publication, requireBindable } from './bind-content.ts';
import { type BlockContext, contentPlace, placesOf, type StagedUse } from './block-volume.ts';
import { findStaged } from './find-staged.ts';
import { type LoopMount, toLoopMount } from './loop-mount.ts';
import { restageBlock } from './stage-block.ts';

export interface PublishBlock extends StagedUse, Omit<Publication, 'id'> {}

/**
 * Binds the staged file system or device at the target. There already is success; a bind whose device died is
 * replaced, and so is a staged volume that died: kubelet does not stage it again as long as pods are to have it.
 * Throws `wrong-state` when the volume was never staged, or it may have no second target; `conflict` when the target
 * is something else. A failure leaves nothing at the target, or is `uncertain`.
 */
export async function publishBlock(context: BlockContext, request: PublishBlock, call: Call): Promise<void> {
  await requireStaged(context, request, call);
  await restageBlock(context, request, call);
  const content = await getContent(context, request);
  const publication = { ...request, id: request.volume.id };
  await bindContent(loopBinder(context), { publication, content }, call);
}

/** Binds of loop devices. */
export function loopBinder({ host }: Pick<BlockContext, 'host'>): Binder {
  return {
    host,
    toContent: toLoopMount,
    /** Of a volume that was staged anew since its device died. */
    async hasFailed(mount, call) {
      if (mount.fileSystem !== undefined) {
        return (await host.probeFileSystem(mount.target, call)) === 'failed';
      }
      return host.deviceBytes(`/dev${mount.root}`, call).then(
        () => false,
        (error: unknown) => {
          if (isFault(error, 'not-found')) return true;
          throw error;
        },
      );
    },
  };
}

/** While a dead client is replaced, its directory alone tells. */
async function requireStaged(
  { host, clusters }: BlockContext,
  request: PublishBlock,
  call: Call,
): Promise<void> {
  const { volume, stagingPath, isReadonly } = request;
  const { client } = findStaged(await host.mounts(), volume, { stagingPath, clusters });
  const isPrepared = (await host.probe(placesOf(stagingPath).client, call)) !== 'absent';
  if (client === undefined && !isPrepared) {
    throw new Fault('wrong-state', `volume ${volume.id} is not staged at ${stagingPath}; stage it first`);
  }
  requireBindable(request, isReadonly);
}

async function getContent({ host, clusters }: BlockContext, request: PublishBlock): Promise<LoopMount> {
  const { volume, stagingPath, access } = request;
  const { content } = findStaged(await host.mounts(), volume, { stagingPath, clusters });
  if (content?.target === contentPlace(placesOf(stagingPath), access)) return content;
  throw new Fault('busy', `volume ${volume.id} is being unstaged at ${stagingPath}; retry`);
}
