import { type Call, checkpoint } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { findMount } from '../find-mount.ts';
import { MOST_STACKED } from '../unmount-all.ts';
import type { Binder } from './bind-content.ts';
import type { ContentMount } from './content-mount.ts';

interface Taking {
  readonly target: string;
  readonly isDead: boolean;
  readonly note?: (mount: ContentMount) => Promise<void>;
}

/**
 * Unmounts what of a device is mounted at the target, once everything is written, or at once when the device `isDead`,
 * so that nothing can be written any more. `note` is told of each mount before it goes: until then its device's path is
 * no other's. Throws `wrong-state` when something else is mounted there, `timed-out` when the storage does not answer.
 */
export async function takeAway(
  { host, toContent }: Pick<Binder, 'host' | 'toContent'>,
  { target, isDead, note }: Taking,
  call: Call,
): Promise<void> {
  for (let n = 0; n < MOST_STACKED; n += 1) {
    checkpoint(call);
    const top = findMount(await host.mounts(), target);
    if (top === undefined) return;
    const mount = toContent(top);
    if (mount === undefined) {
      throw new Fault(
        'wrong-state',
        `${target} is covered by ${top.source} (${top.fsType}); unmount that first`,
      );
    }
    await note?.(mount);
    if (isDead || mount.fileSystem === undefined) await host.unmount(target, call);
    else await host.unmountWritten(target, call);
  }
  throw new Fault('uncertain', `mounts at ${target} do not go away; unmount them by hand`);
}
