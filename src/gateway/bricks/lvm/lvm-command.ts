import { Fault } from '../../../control/fault.ts';
import { parseJson } from '../../../control/parse-json.ts';
import { run } from '../../../host/run.ts';

/** Long: an LVM command that is killed half-way may leave a device suspended. */
const TIMEOUT_MS = 180_000;
/** What Node has open is no mistake. */
const ENVIRONMENT = { LVM_SUPPRESS_FD_WARNINGS: '1' };

/** Runs a changing LVM command. Throws `exhausted` when the group is full, `busy` for a device in use, else `unreachable`. */
export async function changeLvm(args: readonly string[], what: string): Promise<void> {
  const { exitCode, stderr } = await run('lvm', args, { timeoutMs: TIMEOUT_MS, env: ENVIRONMENT });
  if (exitCode === 0) return;
  throw new Fault(kindOf(stderr), `cannot ${what}: ${wordsOf(stderr)}`);
}

/** The report of pvs or lvs with sizes in bytes, as JSON. Throws `unreachable`, also when what it asks for is not there. */
export async function reportLvm(
  args: readonly string[],
  columns: readonly string[],
  what: string,
): Promise<unknown> {
  const form = ['--reportformat', 'json', '--units', 'b', '--nosuffix', '--options', columns.join(',')];
  const result = await run('lvm', [...args, ...form], { timeoutMs: TIMEOUT_MS, env: ENVIRONMENT });
  if (result.exitCode === 0) return parseJson(result.stdout);
  throw new Fault('unreachable', `cannot ${what}: ${wordsOf(result.stderr)}`);
}

function kindOf(stderr: string): 'exhausted' | 'busy' | 'unreachable' {
  if (/insufficient (?:free|suitable)|has insufficient|not enough free/i.test(stderr)) return 'exhausted';
  return /in use|filesystem in use|is busy|used by another device/i.test(stderr) ? 'busy' : 'unreachable';
}

/** LVM warns of much that is no reason; the last lines say why it failed. */
function wordsOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('WARNING'));
  return lines.slice(-3).join('; ').slice(0, 500) || 'lvm failed';
}
