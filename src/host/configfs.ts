import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { isAbsent, toErrorText } from './child-error.ts';
import { type CommandResult, run } from './run.ts';

/** Taking an initiator's rights away waits for the requests that it has under way. */
const COMMAND_MS = 30_000;
/** Values are shorter than a page. */
const PAGE = 4096;

/**
 * Changes of a tree in configfs, each by a command with a deadline: the kernel may wait in any of them, and holds the
 * directory's lock meanwhile. What there is already, or no more, is success. All throw `unreachable` with the
 * kernel's reason, and `timed-out`.
 */
export async function makeDirectories(paths: readonly string[], call: Call): Promise<void> {
  await must('mkdir', ['--parents', '--', ...paths], call);
}

/** By stdin, since it may be a secret, and as one write, since the kernel takes each for a whole value. */
export async function writeValue(path: string, value: string, call: Call): Promise<void> {
  const how = [`bs=${PAGE}`, 'iflag=fullblock', 'conv=notrunc,nocreat', 'status=none'];
  await must('dd', [`of=${path}`, ...how], call, value);
}

/** Without the end of its line. */
export async function readValue(path: string, call: Call): Promise<string> {
  return (await must('cat', ['--', path], call)).stdout.trimEnd();
}

export async function makeLink(path: string, to: string, call: Call): Promise<void> {
  await must('ln', ['--symbolic', '--no-target-directory', '--', to, path], call);
}

export async function removeLinks(paths: readonly string[], call: Call): Promise<void> {
  if (paths.length > 0) await must('rm', ['--force', '--', ...paths], call);
}

/** In the order given. */
export async function removeDirectories(paths: readonly string[], call: Call): Promise<void> {
  for (const path of paths) await must('rmdir', ['--', path], call, undefined, isAbsent);
}

/** Directories and links below it, by their paths from there; none when it is not there itself. */
export async function treeOf(path: string, call: Call): Promise<ReadonlySet<string>> {
  const args = [path, '-mindepth', '1', '(', '-type', 'd', '-o', '-type', 'l', ')', '-printf', '%P\\0'];
  const { stdout } = await must('find', args, call, undefined, isAbsent);
  return new Set(stdout.split('\0').filter((one) => one !== ''));
}

async function must(
  file: string,
  args: readonly string[],
  { signal }: Call,
  input?: string,
  isFine: (reason: string) => boolean = () => false,
): Promise<CommandResult> {
  const options = { signal, timeoutMs: COMMAND_MS, ...(input === undefined ? {} : { input }) };
  const result = await run(file, args, options);
  const reason = toErrorText(result.stderr);
  if (result.exitCode === 0 || isFine(reason)) return result;
  const what = args.findLast((arg) => arg.includes('/'))?.replace('of=', '');
  throw new Fault('unreachable', `${file} in configfs failed, ${what}: ${reason}`);
}
