import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { toErrorText } from './child-error.ts';
import { run } from './run.ts';

const FILE_MS = 10_000;
/** Such a mode nobody gives a file by habit, as `chmod -R` would: only exactly this one is a mark. */
const MARK = 0o101;
const NONE = 0o600;

/** `BlockHost.isMarked` of this machine. */
export async function isMarked(file: string, call: Call): Promise<boolean> {
  const mode = await ask('stat', ['--cached=never', '--format=%a', '--', file], call);
  if (!/^[0-7]+$/.test(mode)) throw new Fault('unreachable', `the mode of ${file} cannot be told`);
  return Number.parseInt(mode, 8) === MARK;
}

/** `BlockHost.mark` of this machine. */
export async function mark(file: string, isToBe: boolean, call: Call): Promise<void> {
  await ask('chmod', [(isToBe ? MARK : NONE).toString(8), '--', file], call);
}

async function ask(command: string, args: readonly string[], call: Call): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, args, { signal: call.signal, timeoutMs: FILE_MS });
  if (exitCode === 0) return stdout.trim();
  throw new Fault('unreachable', `${command} of ${args.at(-1)} failed: ${toErrorText(stderr)}`);
}
