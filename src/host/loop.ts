import { Fault } from '../control/fault.ts';
import { run } from './run.ts';

const TIMEOUT_MS = 30_000;

/**
 * Attaches an image to a free loop device and returns the device's path. 4096-byte sectors from the start:
 * with direct I/O a device over a reflinked file has them anyway, and a file system made with 512 would
 * then not mount. Direct I/O keeps the pages out of the cache a second time.
 */
export async function attachLoop(
  image: string,
  { readonly }: { readonly: boolean } = { readonly: false },
): Promise<string> {
  const mode = readonly ? ['--read-only'] : [];
  const options = ['--find', '--show', '--sector-size', '4096', '--direct-io=on', ...mode];
  const device = (await losetup([...options, image], `attach ${image}`)).trim();
  if (!/^\/dev\/loop\d+$/.test(device))
    throw new Fault('unreachable', `losetup named no device for ${image}; load the loop module and retry`);
  return device;
}

/** Loop devices that have the image open, also those left over by a crash. */
export async function findLoops(image: string): Promise<readonly string[]> {
  const listed = await losetup(
    ['--associated', image, '--list', '--noheadings', '--raw', '--output', 'NAME'],
    `find the devices of ${image}`,
  );
  return listed.split('\n').filter((line) => line.startsWith('/dev/loop'));
}

/**
 * Loop devices whose image, below a directory, has been unlinked: a losetup that outlived the process that
 * started it can attach an image that is being removed.
 */
export async function findOrphanLoops(directory: string): Promise<readonly string[]> {
  const listed = await losetup(
    ['--list', '--noheadings', '--raw', '--output', 'NAME,BACK-FILE'],
    'list the loop devices',
  );
  return listed
    .split('\n')
    .map((line) => /^(\/dev\/loop\d+) (.*)$/.exec(line))
    .filter((match) => match?.[2]?.startsWith(`${directory}/`) && match[2].endsWith('(deleted)'))
    .flatMap((match) => match?.[1] ?? []);
}

/** Detaches; a device that is still in use goes when its last user does. Not attached is success. */
export async function detachLoop(device: string): Promise<void> {
  const result = await run('losetup', ['--detach', device], { timeoutMs: TIMEOUT_MS });
  if (result.exitCode !== 0 && !/No such device/i.test(result.stderr))
    throw new Fault('unreachable', `cannot detach ${device}: ${result.stderr.trim()}`);
}

/** Tells the device that its image has grown. */
export async function refreshLoop(device: string): Promise<void> {
  await losetup(['--set-capacity', device], `grow ${device}`);
}

async function losetup(args: readonly string[], what: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run('losetup', args, { timeoutMs: TIMEOUT_MS });
  if (exitCode !== 0) throw new Fault('unreachable', `cannot ${what}: ${stderr.trim() || 'losetup failed'}`);
  return stdout;
}
