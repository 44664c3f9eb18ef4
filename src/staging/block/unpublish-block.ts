import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { findMount } from '../find-mount.ts';
import { MOST_STACKED } from '../unmount-all.ts';
import type { Binder } from './bind-content.ts';

/**
 * Unmounts what a publish bound at the target, and removes the directory or file that it made for it; never published
 * there is success. Other mounts are left alone. Throws `wrong-state` when something is in the directory or the file.
 */
export async function unpublishBlock(
  { host, toContent }: Pick<Binder, 'host' | 'toContent'>,
  target: string,
  call: Call,
): Promise<void> {
  for (let n = 0; n < MOST_STACKED; n += 1) {
    checkpoint(call);
    const top = findMount(await host.mounts(), target);
    if (top === undefined) return removeTarget(host, target, call);
    if (toContent(top) === undefined) return;
    await host.unmount(target, call);
  }
  throw new Fault('uncertain', `mounts at ${target} do not go away; unmount them by hand`);
}

async function removeTarget(host: Binder['host'], target: string, call: Call): Promise<void> {
  if ((await host.probe(target, call)) === 'directory') await host.removeDirectory(target, call);
  else await host.removeFile(target, call);
}
