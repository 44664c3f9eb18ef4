import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The programs of src/native: what a process with threads, as Node is, cannot do itself. */
export type NativeProgram = 'remount' | 'in-cgroup' | 'freeze' | 'clean-brick' | 'own-blocks' | 'brick-file';

/** Where the image has them. */
const INSTALLED = '/usr/libexec/gluster-csi';

/** The program's path: beside the bundle, where `npm run build` puts it, else where the image has it. */
export function nativeProgram(name: NativeProgram, beside = dirname(process.argv[1] ?? '')): string {
  const built = join(beside, name);
  return existsSync(built) ? built : join(INSTALLED, name);
}
