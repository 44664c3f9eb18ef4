import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { codeOf } from '../control/error-code.ts';
import { Fault } from '../control/fault.ts';

/** All groups of ours lie in this one, in each hierarchy. */
const PARENT = 'gluster-csi';
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** Pods have a cgroup namespace of their own under cgroup v2; the node's shows the whole tree. */
const NODE_NAMESPACE = '/proc/1/ns/cgroup';
const CPUSET_FILES = ['cpuset.cpus', 'cpuset.mems'];

/**
 * Cgroups for Gluster clients, outside the pod that starts them: a container runtime kills a pod by its cgroups, and
 * takes all with it that is in them. A client is born in its group rather than moved there later, so that no crash in
 * between, however short the time, leaves it among those that die with the pod. Nothing limits the groups.
 */
export interface ClientCgroups {
  /**
   * Makes the group `gluster-csi/<id>` in every hierarchy and returns what to put before the client's own argv.
   * There already is success. Throws `wrong-state` when the directory is no writable cgroup tree, `invalid` for an id
   * that cannot name a group.
   */
  prepare(id: string): Promise<readonly string[]>;
  /**
   * Removes the groups that no process is in, save those in use: prepared, and not yet entered. That is asked for each
   * one that is found, since clients are started meanwhile; a group has to be in use before it is made. Returns the ids
   * whose last directory has gone. Throws `wrong-state` when they cannot be listed or removed.
   */
  removeEmpty(inUse: InUse): Promise<readonly string[]>;
}

/** Which groups are in use now. */
export type InUse = Pick<ReadonlySet<string>, 'has'>;

export interface ClientCgroupsOptions {
  /** The node's /sys/fs/cgroup, wherever it is mounted here: cgroup v2, v1, or v1 with v2 beside. */
  readonly directory: string;
  /** The path of `in-cgroup` (src/native/in-cgroup.c); see `nativeProgram`. */
  readonly program: string;
}

export function createClientCgroups({ directory, program }: ClientCgroupsOptions): ClientCgroups {
  return {
    async prepare(id) {
      if (!ID.test(id)) throw new Fault('invalid', `${JSON.stringify(id)} cannot name a cgroup`);
      const hierarchies = await writing(directory, () => hierarchiesOf(directory));
      const groups = await Promise.all(
        hierarchies.map((hierarchy) => writing(directory, () => makeGroup(hierarchy, id))),
      );
      return [program, NODE_NAMESPACE, ...groups, '--'];
    },
    async removeEmpty(inUse) {
      const states = new Map<string, boolean>();
      for (const hierarchy of await writing(directory, () => hierarchiesOf(directory))) {
        for (const id of await writing(directory, () => listGroups(hierarchy))) {
          const isRemoved =
            !inUse.has(id) && (await writing(directory, () => remove(`${hierarchy}/${PARENT}/${id}`)));
          states.set(id, isRemoved && states.get(id) !== false);
        }
      }
      return [...states].filter(([, isRemoved]) => isRemoved).map(([id]) => id);
    },
  };
}

/** Cgroup v2 is one hierarchy; of v1 each directory is one, and controllers mounted together have links to theirs. */
async function hierarchiesOf(directory: string): Promise<readonly string[]> {
  if (existsSync(`${directory}/cgroup.procs`)) return [directory];
  const entries = await readdir(directory, { withFileTypes: true });
  const paths = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${directory}/${name}`);
  const hierarchies = paths.filter((path) => existsSync(`${path}/cgroup.procs`));
  if (hierarchies.length > 0) return hierarchies;
  throw new Fault('wrong-state', `${directory} holds no cgroups; ${REMEDY}`);
}

async function makeGroup(hierarchy: string, id: string): Promise<string> {
  let path = hierarchy;
  for (const name of [PARENT, id]) {
    const parent = path;
    path = `${parent}/${name}`;
    await makeOne(path);
    // A cpuset of v1 is made without processors and memory, and takes no process until it has some (cpuset(7)).
    if (existsSync(`${path}/tasks`)) await fillCpuset(parent, path);
  }
  return path;
}

/** Not `recursive`: that says ENOENT of a tree that is read-only. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function fillCpuset(parent: string, path: string): Promise<void> {
  for (const file of CPUSET_FILES.filter((file) => existsSync(`${path}/${file}`))) {
    if ((await readFile(`${path}/${file}`, 'utf8')).trim() !== '') continue;
    await writeFile(`${path}/${file}`, (await readFile(`${parent}/${file}`, 'utf8')).trim());
  }
}

async function listGroups(hierarchy: string): Promise<readonly string[]> {
  if (!existsSync(`${hierarchy}/${PARENT}`)) return [];
  const entries = await readdir(`${hierarchy}/${PARENT}`, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** False while a process is in it, or is dying there. */
async function remove(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    if (codeOf(error) === 'EBUSY' || codeOf(error) === 'ENOTEMPTY') return false;
    throw error;
  }
}

const REMEDY = 'mount the node’s /sys/fs/cgroup there, writable, into a privileged container';

async function writing<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const reason = codeOf(cause) ?? 'unknown reason';
    throw new Fault('wrong-state', `cgroups in ${directory} cannot be changed (${reason}); ${REMEDY}`, {
      cause,
    });
  }
}
