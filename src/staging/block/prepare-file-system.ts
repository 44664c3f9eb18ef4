import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { FsType, LoopDevice } from './block-host.ts';
import { type BlockContext, placesOf, type StagedUse } from './block-volume.ts';
import { requireAttached } from './find-loops.ts';

/**
 * Sees to it that the device has a file system that can be mounted. One is made only on a device that is proved blank,
 * or where making one was interrupted: a mark on the disk's file tells, which it has by whatever name it is mounted. Throws `conflict` for another file system than
 * asked for, `wrong-state` for content that is none, or for a reader of a blank one.
 */
export async function prepareFileSystem(
  { host }: BlockContext,
  { use, loop, fsType }: { readonly use: StagedUse; readonly loop: LoopDevice; readonly fsType: FsType },
  call: Call,
): Promise<void> {
  const { volume, stagingPath, isReadonly } = use;
  const { disk: file } = placesOf(stagingPath);
  const isHalfMade = await host.isMarked(file, call);
  const content = await host.content({ device: loop.path, file }, call);
  if (isHalfMade || content === 'blank') {
    if (isReadonly) {
      throw new Fault(
        'wrong-state',
        `volume ${volume.id} has no file system yet, and nobody may write it here; publish it once to a writer first`,
      );
    }
    checkpoint(call);
    await host.mark(file, true, call);
    await requireAttached(host, { loop, file }, call);
    await host.format(loop.path, fsType, call);
    await host.mark(file, false, call);
    return;
  }
  if (content !== fsType) throw differing(volume.id, content, fsType);
  if (isReadonly) return;
  // A check may write.
  await requireAttached(host, { loop, file }, call);
  await host.check(loop.path, fsType, call);
}

function differing(id: string, content: FsType | 'other', fsType: FsType): Fault {
  if (content !== 'other') {
    return new Fault(
      'conflict',
      `volume ${id} has file system ${content}, and ${fsType} is asked for; ask for ${content}`,
    );
  }
  return new Fault(
    'wrong-state',
    `volume ${id} was written and holds no file system that is known, so none is made; look at what is in it, or use it as a raw block volume`,
  );
}
