import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readMounts } from '../../../src/host/mountinfo.ts';
import { kill } from './processes.ts';
import { until } from './until.ts';

/** One cgroup hierarchy of this machine: each controller's own (v1), and the unified one (v2). */
export interface Hierarchy {
  readonly mountPoint: string;
  readonly fsType: string;
  /** What chooses it when it is mounted, such as "cpu" or "name=systemd"; none for the unified one. */
  readonly choice: string | undefined;
}

const NOT_A_CHOICE = /^(rw|ro|xattr|clone_children|release_agent=.*|nsdelegate|memory_recursiveprot)$/;

export async function hierarchies(): Promise<readonly Hierarchy[]> {
  const mounts = await readMounts();
  return mounts
    .filter(({ fsType }) => fsType === 'cgroup' || fsType === 'cgroup2')
    .map(({ target, fsType, superOptions }) => {
      const choice = superOptions.filter((option) => !NOT_A_CHOICE.test(option)).join(',');
      return { mountPoint: target, fsType, choice: choice === '' ? undefined : choice };
    });
}

/** The lab's cgroup in each hierarchy; those of its machines are below it. */
export function cgroupOf(folder: string): string {
  return basename(folder);
}

/** Makes the cgroup `name` (and its parents) in every hierarchy, ready to take processes. There already is success. */
export async function makeCgroups(name: string): Promise<void> {
  for (const { mountPoint } of await hierarchies()) {
    let path = mountPoint;
    for (const part of name.split('/')) {
      const parent = path;
      path = `${parent}/${part}`;
      await mkdir(path, { recursive: true });
      // A new cpuset has neither processors nor memory, and takes no process before it has (cpuset(7)).
      for (const file of ['cpuset.cpus', 'cpuset.mems'].filter((file) => existsSync(`${parent}/${file}`)))
        await writeFile(`${path}/${file}`, await readFile(`${parent}/${file}`));
    }
  }
}

/** Kills what is left in the cgroups `name` and below, and removes them. Not there is success. */
export async function removeCgroups(name: string): Promise<void> {
  for (const { mountPoint } of await hierarchies()) {
    const top = `${mountPoint}/${name}`;
    await until(`cgroups ${top} removed`, () => removeTree(top), { everyMs: 50 });
  }
}

/** How many cgroups `name` there are. */
export async function countCgroups(name: string): Promise<number> {
  return (await hierarchies()).filter(({ mountPoint }) => existsSync(`${mountPoint}/${name}`)).length;
}

/** True once nothing is left. A cgroup whose processes are dying cannot be removed yet. */
async function removeTree(path: string): Promise<boolean> {
  if (!existsSync(path)) return true;
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const { name } of entries.filter((entry) => entry.isDirectory())) await removeTree(`${path}/${name}`);
  for (const pid of await processesOf(path)) kill(pid);
  return rmdir(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}

async function processesOf(path: string): Promise<readonly number[]> {
  const text = await readFile(`${path}/cgroup.procs`, 'utf8').catch(() => '');
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}
