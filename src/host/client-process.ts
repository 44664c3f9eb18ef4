import { readdir, readFile } from 'node:fs/promises';

/** Process ids of the living glusterfs clients that mounted on one of the targets. Reads /proc alone. */
export async function findClients(targets: ReadonlySet<string>): Promise<readonly number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => ((await servesOneOf(name, targets)) ? [Number(name)] : [])),
  );
  return found.flat();
}

/** Kills the client outright: on SIGTERM it would unmount its mount point, whoever is mounted there by then. */
export async function killClient(pid: number, target: string): Promise<void> {
  // The id may have been given to another process since it was written down.
  if (!(await servesOneOf(String(pid), new Set([target])))) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

async function servesOneOf(pid: string, targets: ReadonlySet<string>): Promise<boolean> {
  try {
    if ((await readFile(`/proc/${pid}/comm`, 'utf8')) !== 'glusterfs\n') return false;
    // A zombie has an empty command line.
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((arg) => arg !== '');
    return targets.has(args.at(-1) ?? '');
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
