import { type CommandOptions, type CommandResult, run } from '../../../src/host/run.ts';
import { PATIENCE } from './patience.ts';

/** Runs one command of the lab. Throws an Error with the command and its own words unless it exits with 0. */
export async function command(
  argv: readonly string[],
  options: Partial<CommandOptions> = {},
): Promise<CommandResult> {
  const [file, ...args] = argv;
  if (file === undefined) throw new Error('an empty command');
  const result = await run(file, args, { timeoutMs: 60_000 * PATIENCE, ...options });
  if (result.exitCode === 0) return result;
  const said = (result.stderr.trim() || result.stdout.trim()).slice(0, 2000);
  throw new Error(`${argv.join(' ')} ended with ${result.exitCode ?? 'a signal'}: ${said}`);
}
