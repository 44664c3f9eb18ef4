import { existsSync } from 'node:fs';
import { readMounts } from '../../../src/host/mountinfo.ts';
import { cgroupOf, countCgroups } from './cgroups.ts';
import { attachedLoops, loopsOver } from './loops.ts';
import { processesIn } from './processes.ts';

export interface Traces {
  readonly folder: boolean;
  readonly processes: number;
  readonly mounts: number;
  readonly loops: number;
  readonly cgroups: number;
}

/** The network namespaces of a lab that is up: by them its processes are known after it is gone. */
export async function namespacesOf(folder: string): Promise<ReadonlySet<string>> {
  const mounts = await readMounts();
  return new Set(
    mounts
      .filter(({ fsType, target }) => fsType === 'nsfs' && target.startsWith(`${folder}/`))
      .map(({ root }) => root),
  );
}

/** What there is of a lab on this machine. */
export async function tracesOf(folder: string, namespaces: ReadonlySet<string>): Promise<Traces> {
  const mounts = await readMounts();
  return {
    folder: existsSync(folder),
    processes: processesIn(namespaces).length,
    mounts: mounts.filter(({ target }) => target.startsWith(`${folder}/`)).length,
    loops: loopsOver(folder, await attachedLoops()).length,
    cgroups: await countCgroups(cgroupOf(folder)),
  };
}
