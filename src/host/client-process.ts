import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/**
 * The living glusterfs clients: mount point → process id. Reads /proc alone. A node has many hundred processes, and
 * the mounter looks every two seconds: to ask each one's name in a thread of the pool costs eight times what it costs
 * to ask it here (measured), and a name never keeps anybody waiting, as a command line may.
 */
export async function clientsByMountPoint(): Promise<ReadonlyMap<string, number>> {
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isClient(name));
  const found = await Promise.all(
    names.map(async (name) => [await mountPointOf(name), Number(name)] as const),
  );
  return new Map(found.flatMap(([target, pid]) => (target === undefined ? [] : [[target, pid]])));
}

/** Process ids of the living glusterfs clients that mounted on one of the targets. */
export async function findClients(targets: ReadonlySet<string>): Promise<readonly number[]> {
  return [...(await clientsByMountPoint())].filter(([target]) => targets.has(target)).map(([, pid]) => pid);
}

/** Kills the client outright: on SIGTERM it would unmount its mount point, whoever is mounted there by then. */
export async function killClient(pid: number, target: string): Promise<void> {
  // The id may have been given to another process since it was written down.
  if ((await mountPointOf(String(pid))) !== target) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Undefined for a process that is no client, or is gone. */
async function mountPointOf(pid: string): Promise<string | undefined> {
  if (!isClient(pid)) return undefined;
  try {
    // A zombie has an empty command line.
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((arg) => arg !== '');
    return args.at(-1);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isClient(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'glusterfs\n';
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** The process ended while it was looked at. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ESRCH';
}
