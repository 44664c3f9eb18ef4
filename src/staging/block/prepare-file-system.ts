import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { Content, DeviceHost, FsType, LoopDevice } from './block-host.ts';
import { type BlockContext, placesOf, type StagedUse } from './block-volume.ts';
import { requireAttached } from './find-loops.ts';

/**
 * Sees to it that the device has a file system that can be mounted. One is made only on a device that is proved blank,
 * or where making one was interrupted: a mark on the disk's file tells, which it has by whatever name it is mounted. A
 * marked one that holds a whole file system of the kind is checked and keeps it: the mark may have come late. Throws `conflict` for another file system than asked for, `wrong-state` for content that is none, or for a reader of a
 * blank one.
 */
export async function prepareFileSystem(
  { host }: BlockContext,
  { use, loop, fsType }: { readonly use: StagedUse; readonly loop: LoopDevice; readonly fsType: FsType },
  call: Call,
): Promise<void> {
  const { volume, stagingPath, isReadonly } = use;
  const { disk: file } = placesOf(stagingPath);
  const isMarked = await host.isMarked(file, call);
  const content = await host.content({ device: loop.path, file }, call);
  const found = { id: volume.id, device: loop.path, fsType, isReadonly };
  const requireOurs = () => requireAttached(host, { loop, file }, call);
  const isToBeMade = content === 'blank' || (isMarked && content !== fsType);
  if (!isToBeMade) {
    const check: DeviceHost['check'] = async (...args) => {
      await requireOurs();
      await host.check(...args);
    };
    await checkFileSystem({ check }, { ...found, content }, call);
    if (isMarked && !isReadonly) await host.mark(file, false, call);
    return;
  }
  requireWriter(found);
  checkpoint(call);
  await host.mark(file, true, call);
  await requireOurs();
  await host.format(loop.path, fsType, call);
  await host.mark(file, false, call);
}

export interface FoundDevice {
  /** The volume's, for texts. */
  readonly id: string;
  readonly device: string;
  /** Asked for. */
  readonly fsType: FsType;
  readonly isReadonly: boolean;
}

/** Before a file system is made. Throws `wrong-state` for a reader. */
export function requireWriter({ id, isReadonly }: Pick<FoundDevice, 'id' | 'isReadonly'>): void {
  if (!isReadonly) return;
  throw new Fault(
    'wrong-state',
    `volume ${id} has no file system yet, and nobody may write it here; publish it once to a writer first`,
  );
}

/** Of a device that is not blank. Throws `conflict`, `wrong-state` as `prepareFileSystem`. */
export async function checkFileSystem(
  host: Pick<DeviceHost, 'check'>,
  { id, device, fsType, isReadonly, content }: FoundDevice & { readonly content: Exclude<Content, 'blank'> },
  call: Call,
): Promise<void> {
  if (content !== fsType) throw differing(id, content, fsType);
  // A check may write.
  if (!isReadonly) await host.check(device, fsType, call);
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
