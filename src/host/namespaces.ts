import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Mount } from '../staging/host.ts';
import { parseMountinfo } from './mountinfo.ts';

/** A mount namespace, by one of its processes. */
export interface MountNamespace {
  readonly pid: number;
  /** As the kernel names it: `mnt:[4026531841]`. */
  readonly namespace: string;
  /** This process lives in it. */
  readonly isOwn: boolean;
  /** PID 1 lives in it. */
  readonly isInit: boolean;
}

/**
 * The mount namespaces of this PID namespace's processes, each once, PID 1's first. Named by a process that sees all
 * of it, when there is one: mountinfo does not show what lies outside a process's root. Reads /proc alone, which
 * waits for no file system; processes that end meanwhile, and those we may not look at, are left out.
 */
export async function listNamespaces(): Promise<readonly MountNamespace[]> {
  const own = await namespaceOf('self');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const init = await namespaceOf(1);
  const found = new Map<string, { readonly pid: number; readonly seesAll: boolean }>();
  const looks = pids.sort((a, b) => a - b).map(async (pid) => ({ pid, ...(await look(pid)) }));
  for (const { pid, namespace, seesAll } of await Promise.all(looks)) {
    if (namespace === undefined) continue;
    const known = found.get(namespace);
    if (known === undefined || (!known.seesAll && seesAll)) found.set(namespace, { pid, seesAll });
  }
  const all = [...found].map(([namespace, { pid }]) => {
    return { pid, namespace, isOwn: namespace === own, isInit: namespace === init };
  });
  return [...all.filter(({ isInit }) => isInit), ...all.filter(({ isInit }) => !isInit)];
}

/** The mounts that a process sees; undefined when it has gone. Throws when its mountinfo is of an unknown form. */
export async function readMountsOf(pid: number): Promise<readonly Mount[] | undefined> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/mountinfo`, 'utf8');
  } catch (error) {
    // EINVAL: a zombie.
    if (isOneOf(error, 'ENOENT', 'ESRCH', 'EINVAL')) return undefined;
    throw error;
  }
  return parseMountinfo(text);
}

/**
 * Whether PID 1 is the node's, so that the pods' processes can be seen: it lives in another mount namespace than we.
 * That holds in a container; a process that runs on the node itself lives in PID 1's.
 */
export async function hasHostPids(): Promise<boolean> {
  const [own, init] = await Promise.all([namespaceOf('self'), namespaceOf(1)]);
  return init !== undefined && init !== own;
}

async function look(pid: number) {
  const [namespace, root] = await Promise.all([namespaceOf(pid), linkOf(`/proc/${pid}/root`)]);
  return { namespace, seesAll: root === '/' };
}

function namespaceOf(pid: number | 'self'): Promise<string | undefined> {
  return linkOf(`/proc/${pid}/ns/mnt`);
}

/** Undefined when the process has gone, is a zombie, or is none of our business. */
async function linkOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (isOneOf(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return undefined;
    throw error;
  }
}

function isOneOf(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
