import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { Fault } from '../control/fault.ts';
import { limitTime } from '../control/limit-time.ts';
import { log } from '../telemetry/log.ts';
import { type CommandOutcome, observeCommand } from '../telemetry/metrics.ts';

export interface CommandOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until the command's whole process group is killed. */
  readonly timeoutMs: number;
  /** Written to stdin, which is closed otherwise. The way to hand over a secret. */
  readonly input?: string;
  /** Added to a minimal environment (PATH, LC_ALL=C). */
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes of stdout and of stderr that are kept. Default 32 MiB. */
  readonly maxBuffer?: number;
}

export interface CommandResult {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Time given to the pipes of a killed command before it is abandoned: a grandchild in D state may hold them. */
const ABANDON_MS = 2_000;

/**
 * Runs one command by argv, never by a shell. Resolves with whatever exit code it ended. Throws
 * `timed-out` (its process group has been killed), `cancelled` (likewise, the signal fired), or
 * `unreachable` when the program is not installed.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const started = performance.now();
  const child = launch(file, args, options);
  const ended = await endOrKill(child, options);
  const ms = Math.round(performance.now() - started);
  observeCommand([file, ...args], toOutcome(ended, options.signal), ms / 1000);
  if (ended === 'killed') {
    log.debug({ file, args, ms }, 'command killed');
    const cancelled = isCancelled(options.signal);
    throw new Fault(
      cancelled ? 'cancelled' : 'timed-out',
      cancelled
        ? `${file} was stopped, the caller went away`
        : `${file} did not end within ${ms} ms and was killed`,
    );
  }
  log.debug({ file, args, ms, exitCode: ended.exitCode }, 'command');
  if (ended.code === 'ENOENT')
    throw new Fault('unreachable', `${file} is not installed on this machine`, { cause: ended });
  if (ended.isMaxBuffer)
    throw new Fault('invalid', `${file} printed more than is accepted`, { cause: ended });
  return { exitCode: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
}

/** A program that is talked to: one line at a time from it, one end of its stdin for it. */
export interface Conversation {
  /** The next line that it says; undefined once it has ended. */
  line(): Promise<string | undefined>;
  /** Closes its stdin, as this process's death does. */
  close(): void;
  /** Resolves with its exit code, undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
}

/** Starts a program in a process group of its own that ends by itself once its stdin is closed; it is never killed. */
export function converse(file: string, args: readonly string[]): Conversation {
  const child = launch(file, args, { timeoutMs: 0, input: '' }, true);
  const ended = child.then(toEnded);
  const lines =
    child.stdout === null ? undefined : createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async line() {
      const next = await lines?.next();
      return next === undefined || next.done === true ? undefined : next.value;
    },
    close: () => child.stdin?.end(),
    ended: ended.then(({ exitCode }) => exitCode),
  };
}

function launch(file: string, args: readonly string[], options: CommandOptions, isOpen = false) {
  return execa(file, args, {
    detached: true,
    reject: false,
    extendEnv: false,
    env: { PATH, LC_ALL: 'C', ...options.env },
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    ...(options.input === undefined || isOpen ? {} : { input: options.input }),
    maxBuffer: options.maxBuffer ?? 32 * 1024 * 1024,
    stripFinalNewline: false,
    cleanup: false,
  });
}

type Child = ReturnType<typeof launch>;
interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: string | undefined;
  readonly isMaxBuffer: boolean;
}

async function endOrKill(child: Child, options: CommandOptions): Promise<Ended | 'killed'> {
  using limit = limitTime(options.signal, options.timeoutMs);
  const over = limit.signal;
  const aborted = new Promise<'aborted'>((resolve) => {
    if (over.aborted) resolve('aborted');
    else over.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  const ended = child.then(toEnded);
  const first = await Promise.race([ended, aborted]);
  if (first !== 'aborted') return first;
  killGroup(child.pid);
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, ABANDON_MS).unref())]);
  return 'killed';
}

function toEnded(result: Awaited<Child>): Ended {
  return {
    exitCode: result.exitCode,
    stdout: String(result.stdout ?? ''),
    stderr: String(result.stderr ?? ''),
    code: result.code,
    isMaxBuffer: result.isMaxBuffer,
  };
}

/** mount.glusterfs forks: the group, not the child alone, has to go. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function toOutcome(ended: Ended | 'killed', signal: AbortSignal | undefined): CommandOutcome {
  if (ended === 'killed') return isCancelled(signal) ? 'cancelled' : 'timed-out';
  if (ended.code === 'ENOENT') return 'missing';
  if (ended.isMaxBuffer) return 'oversized';
  return ended.exitCode === 0 ? 'ok' : 'failed';
}

function isCancelled(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && !isTimeout(signal.reason);
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
