import { type Call, checkpoint, detached } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { askMount } from '../ask-mount.ts';
import type { Mount } from '../host.ts';
import { getCluster } from '../node-volume.ts';
import { requireRoom } from '../require-room.ts';
import { attachDisk } from './attach-disk.ts';
import type { FsType, LoopDevice } from './block-host.ts';
import { type BlockContext, contentPlace, isFor, placesOf, type StagedUse } from './block-volume.ts';
import { requireAttached } from './find-loops.ts';
import { findStaged, stagingPathsOf } from './find-staged.ts';
import { toLoopMount } from './loop-mount.ts';
import { prepareFileSystem } from './prepare-file-system.ts';
import { describeDifference, isServing, showContent } from './show-content.ts';
import { takeDown } from './take-down.ts';
import { undoStage } from './undo-stage.ts';
import { unstageBlock } from './unstage-block.ts';

const UNDO_MS = 60_000;

/**
 * Mounts the volume's directory, makes a loop device of its disk, and mounts the file system on it, or shows the
 * device, below the staging path. There already as asked for is success; what a dead client has left is replaced.
 * Throws `not-found`, `conflict`, `wrong-state`, `exhausted`, `unreachable`, `timed-out`. A failure leaves nothing, or
 * is `uncertain`.
 */
export async function stageBlock(context: BlockContext, use: StagedUse, call: Call): Promise<void> {
  await requireStageable(context, use);
  if (await isStaged(context, use, call)) return growToDevice(context, use, call);
  try {
    await attachAndShow(context, use, call);
  } catch (error) {
    await undoStage({ id: use.volume.id, cause: error }, () =>
      unstageBlock(context, use, detached(call, UNDO_MS)),
    );
    throw error;
  }
}

/**
 * The same for a volume that is staged as far as the CO knows, so that it will be unstaged: a failure leaves what was
 * done, for the retry to go on with.
 */
export async function restageBlock(context: BlockContext, use: StagedUse, call: Call): Promise<void> {
  await requireStageable(context, use);
  if (!(await isStaged(context, use, call))) await attachAndShow(context, use, call);
}

async function attachAndShow(context: BlockContext, use: StagedUse, call: Call): Promise<void> {
  await requireRoom(context, use.volume);
  checkpoint(call);
  const loop = await attachDisk(context, use, call);
  const show = {
    ...toShown(use),
    device: loop.path,
    prepare: (fsType: FsType) => prepareFileSystem(context, { use, loop, fsType }, call),
    isOfDevice: (mount: Mount) => toLoopMount(mount)?.loop === loop.path,
  };
  await showContent(context.host, show, call);
  await requireAttached(context.host, { loop, file: placesOf(use.stagingPath).disk }, call);
  await growToDevice(context, use, call);
}

function toShown({ stagingPath, access, isReadonly }: StagedUse) {
  return { place: contentPlace(placesOf(stagingPath), access), access, isReadonly };
}

/** A clone that is larger than its source has a file system of the source's size. */
async function growToDevice({ host, clusters }: BlockContext, use: StagedUse, call: Call): Promise<void> {
  const { volume, stagingPath } = use;
  const { content } = findStaged(await host.mounts(), volume, { stagingPath, clusters });
  const { fileSystem: fsType, superOptions, loop: device, target } = content ?? {};
  if (fsType === undefined || device === undefined || target === undefined) return;
  if (superOptions?.includes('ro') === true) return;
  checkpoint(call);
  await host.growFileSystem({ device, fsType, target }, call);
}

/** Two file systems of one disk would destroy each other. */
async function requireStageable({ host, clusters }: BlockContext, use: StagedUse): Promise<void> {
  const { volume, stagingPath } = use;
  getCluster(clusters, volume);
  // Where the machine's root is mounted once more, as some pods do, our own shows there too.
  const other = stagingPathsOf(await host.mounts(), volume, clusters).find(
    (path) => !path.endsWith(stagingPath),
  );
  if (other === undefined) return;
  throw new Fault('wrong-state', `volume ${volume.id} is staged at ${other}; unstage it there first`);
}

/** True when it is there and works. What works no more is taken away. */
async function isStaged(context: BlockContext, use: StagedUse, call: Call): Promise<boolean> {
  const { host, clusters } = context;
  const { volume, stagingPath } = use;
  const { client, content } = findStaged(await host.mounts(), volume, { stagingPath, clusters });
  // A client of a former publication serves nothing any more, whether it knows or not.
  const isServed =
    client !== undefined && isFor(client, use) && (await askMount(host, client.target, call)) === 'live';
  // A path may be another disk's device by now, however it came to that.
  const loop =
    isServed && content !== undefined
      ? await host.loopAt({ device: content.loop, file: placesOf(stagingPath).disk }, call)
      : undefined;
  const isWhole = content !== undefined && loop !== undefined && (await isServing(host, content, call));
  // A client alone is what an interrupted request left: it is gone on with.
  if (!isWhole && (content !== undefined || (client !== undefined && !isServed))) {
    await takeDown(context, { volume, stagingPath }, call);
  }
  if (!isWhole) return false;
  const difference = describeDifference(content, toShown(use)) ?? describeLoop(loop, use);
  if (difference === undefined) return true;
  throw new Fault('conflict', `volume ${volume.id} is staged otherwise: ${difference}; unstage it first`);
}

function describeLoop({ isReadonly }: LoopDevice, wanted: StagedUse): string | undefined {
  if (isReadonly === wanted.isReadonly) return undefined;
  return `its device is ${isReadonly ? 'read-only' : 'writable'}`;
}
