import type { Call } from '../control/call.ts';
import { Fault } from '../control/fault.ts';
import { toErrorText } from './child-error.ts';
import { run } from './run.ts';

const BRICKS_MS = 10_000;

/**
 * `Host.bricks` of this machine. Each client shows its graph of translators as files below `.meta`, a name that no
 * file of a volume can have. (The attribute trusted.glusterfs.pathinfo tells bricks too, but only those that are up,
 * and none of a dispersed volume: ENOMEM (measured, 10.3).)
 */
export async function bricks(path: string, call: Call): Promise<readonly string[]> {
  const args = ['-r', '-h', '--include=remote-subvolume', '-e', '.', '--', `${path}/.meta/graphs/active/`];
  const result = await run('grep', args, { signal: call.signal, timeoutMs: BRICKS_MS });
  const found = result.stdout.split('\n').filter((line) => line !== '');
  if (result.exitCode === 0 && found.length > 0 && found.every((one) => one.startsWith('/'))) return found;
  const reason = toErrorText(result.stderr) || 'its client does not tell them';
  throw new Fault('unreachable', `the bricks of the volume at ${path} cannot be told: ${reason}`);
}
