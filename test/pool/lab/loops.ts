import { command } from './command.ts';
import { until } from './until.ts';

export interface Loop {
  readonly device: string;
  readonly number: string;
  readonly file: string;
  /** "major:minor" of the file system that the file lies on. */
  readonly fileDevice: string;
}

/** All attached loop devices. */
export async function attachedLoops(): Promise<readonly Loop[]> {
  const { stdout } = await command([
    'losetup',
    '--list',
    '--json',
    '--output',
    'NAME,MAJ:MIN,BACK-MAJ:MIN,BACK-FILE',
  ]);
  if (stdout.trim() === '') return [];
  const { loopdevices } = JSON.parse(stdout) as { loopdevices: readonly Record<string, string | null>[] };
  return loopdevices.map((row) => ({
    device: row['name'] ?? '',
    number: row['maj:min']?.trim() ?? '',
    file: row['back-file'] ?? '',
    fileDevice: row['back-maj:min']?.trim() ?? '',
  }));
}

/**
 * Loop devices over the file or over files below the folder, and those over files on these devices' file systems and so on:
 * what was attached in a namespace that is gone has no path any more, but still a device that it lies on.
 * The innermost come first.
 */
export function loopsOver(path: string, loops: readonly Loop[]): readonly Loop[] {
  let layer = loops.filter(({ file }) => file === path || file.startsWith(`${path}/`));
  let found: Loop[] = [];
  while (layer.length > 0) {
    found = [...layer, ...found];
    const numbers = new Set(layer.map((loop) => loop.number));
    layer = loops.filter((loop) => numbers.has(loop.fileDevice) && !found.includes(loop));
  }
  return found;
}

/**
 * Detaches all loop devices over files below the folder, and those that are named, once nothing has them mounted any
 * more.
 */
export async function detachLoops(folder: string, devices: readonly string[]): Promise<void> {
  await until(`loop devices over ${folder} detached`, async () => {
    const loops = await attachedLoops();
    const ours = [...loops.filter(({ device }) => devices.includes(device)), ...loopsOver(folder, loops)];
    for (const loop of ours) await command(['losetup', '--detach', loop.device]).catch(() => undefined);
    return ours.length === 0;
  });
}
