import { mkdir } from 'node:fs/promises';
import { Fault } from '../control/fault.ts';

/** What this process needs for a moment only lies here; nothing in it is state. */
export const RUN_DIRECTORY = '/run/gluster-csi';

/** Makes a directory in it, or it itself. Throws `unreachable` when it cannot be written. */
export async function makeRunDirectory(path = RUN_DIRECTORY): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Fault('unreachable', `${path} cannot be made; give this process a writable /run`, { cause });
  }
}
