import { Fault } from '../control/fault.ts';
import { run } from './run.ts';

const TIMEOUT_MS = 120_000;

/**
 * Makes a sparse file of the size with extent size hints of 1 MiB. They keep the number of extents, and
 * with it the time of a reflink, down to a hundredth; they can be set only while the file is empty.
 */
export async function createSparse(path: string, bytes: bigint): Promise<void> {
  const commands = [`truncate ${bytes}`, 'extsize 1m', 'cowextsize 1m'];
  const args = ['-f', ...commands.flatMap((command) => ['-c', command]), path];
  // xfs_io ends with 0 whatever happens to its commands; what it says is the error.
  const said = await command('xfs_io', args, `make the image ${path}`);
  if (said !== '') throw new Fault('unreachable', `cannot make the image ${path}: ${said}`);
}

export interface XfsLayout {
  readonly allocationGroups: number;
  readonly logBytes: bigint;
}

/** Makes an XFS in a file for Gluster: 4096-byte sectors, inodes that have room for its attributes. */
export async function makeXfs(path: string, layout: XfsLayout): Promise<void> {
  const data = [
    '-s',
    'size=4096',
    '-d',
    `agcount=${layout.allocationGroups}`,
    '-l',
    `size=${layout.logBytes}`,
  ];
  await command(
    'mkfs.xfs',
    ['-q', '-f', '-m', 'reflink=1', '-i', 'size=512', ...data, path],
    `make an XFS in ${path}`,
  );
}

/** Grows a mounted XFS to the size of its device; already so is success. */
export async function growXfs(mountPoint: string): Promise<void> {
  await command('xfs_growfs', ['-d', mountPoint], `grow the file system at ${mountPoint}`);
}

/**
 * Has an XFS give back blocks that it has set aside for files, beyond their end and for copy-on-write. It leaves files
 * alone that have anything to be written.
 */
export async function releaseSpare(mountPoint: string): Promise<void> {
  await command('xfs_io', ['-r', '-c', 'syncfs', mountPoint], `write what is dirty of ${mountPoint}`);
  await command('xfs_spaceman', ['-c', 'prealloc -s', mountPoint], `release spare blocks of ${mountPoint}`);
}

/** Mounts a loop device. `nouuid`: a snapshot's image has the file system id of its source. */
export async function mountXfs(device: string, target: string): Promise<void> {
  const args = ['-t', 'xfs', '-o', 'noatime,inode64,nouuid', device, target];
  await command('mount', args, `mount ${target}`);
}

/** Returns what the command printed as an error. */
async function command(file: string, args: readonly string[], what: string): Promise<string> {
  const { exitCode, stderr } = await run(file, args, { timeoutMs: TIMEOUT_MS });
  if (exitCode === 0) return stderr.trim();
  throw new Fault('unreachable', `cannot ${what}: ${stderr.trim().slice(0, 500) || `${file} failed`}`);
}
