import { type Call, detached } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { toErrorText } from '../../host/child-error.ts';
import { run } from '../../host/run.ts';

const COMMAND_MS = 30_000;
const CLEAN_MS = 30_000;

/** Made if it is not there; never smaller than it is, whoever else is at it. */
export async function extend(path: string, size: bigint, call: Call): Promise<void> {
  await must('truncate', [`--size=>${size}`, '--', path], call);
  await must('sync', ['--', path], call);
}

/** A directory that has a file is never replaced. */
export async function commit(from: string, to: string, call: Call): Promise<void> {
  const reason = await ask('mv', ['--no-target-directory', '--', from, to], call);
  if (reason === undefined) return;
  await ask('rm', ['--recursive', '--force', '--', from], call);
  if (reason === 'Directory not empty' || reason === 'File exists')
    throw new Fault('conflict', 'there is a block volume of that name already');
  throw failed('make the block volume', reason);
}

/** Removes what is in one of our own directories; what cannot be removed is left for the next time. */
export async function sweep(directory: string, which: readonly string[], call: Call): Promise<void> {
  const entries = [directory, '-mindepth', '1', '-maxdepth', '1', ...which];
  await ask('find', [...entries, '-exec', 'rm', '--recursive', '--force', '--', '{}', '+'], call).catch(
    (error: unknown) => {
      if (!isFault(error, 'timed-out')) throw error;
    },
  );
}

export async function must(file: string, args: readonly string[], call: Call, input?: string): Promise<void> {
  const reason = await ask(file, args, call, input);
  if (reason !== undefined) throw failed(`run ${file} on the hosting volume`, reason);
}

/** Undefined when it succeeded, else strerror(3)'s words. */
export async function ask(
  file: string,
  args: readonly string[],
  call: Call,
  input?: string,
): Promise<string | undefined> {
  const options = { signal: call.signal, timeoutMs: COMMAND_MS, ...(input === undefined ? {} : { input }) };
  const { exitCode, stderr } = await run(file, args, options);
  return exitCode === 0 ? undefined : toErrorText(stderr) || `${file} failed`;
}

export function failed(what: string, reason: string): Fault {
  if (reason === 'No space left on device')
    return new Fault('exhausted', `cannot ${what}: the hosting volume is full`);
  return new Fault('unreachable', `cannot ${what}: ${reason}`);
}

/** The work that makes the directory a whole one; what it has begun goes when it fails. What a kill leaves is swept. */
export async function unlessMade<T>(directory: string, call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const args = ['--recursive', '--force', '--', directory];
    await ask('rm', args, detached(call, CLEAN_MS)).catch(() => undefined);
    throw error;
  }
}
