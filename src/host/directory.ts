import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { isAbsent, toErrorText } from './child-error.ts';
import { run } from './run.ts';

const DIRECTORY_MS = 10_000;

/** `Host.makeDirectory` of this machine. */
export async function makeDirectory(path: string, call: Call): Promise<void> {
  const reason = await failureOf('mkdir', ['-p', '-m', '0750', '--', path], call);
  if (reason === undefined) return;
  if (reason === 'File exists' || reason === 'Not a directory') {
    throw new Fault('conflict', `${path} or a parent of it is there and is no directory; move it away`);
  }
  throw new Fault('unreachable', `${path} cannot be made: ${reason}`);
}

/** `Host.removeDirectory` of this machine. */
export async function removeDirectory(path: string, call: Call): Promise<void> {
  const reason = await failureOf('rmdir', ['--', path], call);
  if (reason === undefined || reason === 'No such file or directory') return;
  if (reason === 'Directory not empty') {
    throw new Fault(
      'wrong-state',
      `${path} is not empty; what is in it was written while nothing was mounted`,
    );
  }
  if (reason === 'Device or resource busy') {
    throw new Fault('wrong-state', `${path} is a mount point; unmount it first`);
  }
  if (isAbsent(reason)) throw new Fault('wrong-state', `${path} is no directory; remove it by hand`);
  throw new Fault('unreachable', `${path} cannot be removed: ${reason}`);
}

/** Removes directories that lie in each other, the innermost first: as `removeDirectory` would one by one. */
export async function removeNested(paths: readonly string[], call: Call): Promise<void> {
  if ((await failureOf('rmdir', ['--', ...paths], call)) === undefined) return;
  for (const path of paths) await removeDirectory(path, call);
}

/** Undefined when the command succeeded. */
async function failureOf(file: string, args: readonly string[], call: Call): Promise<string | undefined> {
  const result = await run(file, args, { signal: call.signal, timeoutMs: DIRECTORY_MS });
  return result.exitCode === 0 ? undefined : toErrorText(result.stderr);
}
