import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Machine } from './machine.ts';
import { childrenOf, kill } from './processes.ts';
import { until } from './until.ts';

export interface ServiceOptions {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** True once the program serves. */
  readonly isReady: (pid: number) => boolean | Promise<boolean>;
  /** Milliseconds until then. Default 90 s: several start at once beside writers on two cores. */
  readonly startMs?: number;
}

/** What Dockerfile and systemd unit set for the same reason (docs/adr/0009-small-heap.md). */
const AS_DEPLOYED = { MALLOC_TRIM_THRESHOLD_: '131072' };
const START_MS = 90_000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A long-running program in a machine: started, and ended by signal as a service manager or a crash would. */
export class Service {
  readonly name: string;
  readonly #machine: Machine;
  readonly #options: ServiceOptions;
  #child: ChildProcess | undefined;
  #pid: number | undefined;

  constructor(machine: Machine, options: ServiceOptions) {
    this.name = `${options.name} on ${machine.name}`;
    this.#machine = machine;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** As the real machine sees it. */
  get pid(): number {
    if (!this.isRunning || this.#pid === undefined) throw new Error(`${this.name} is not running`);
    return this.#pid;
  }

  get #logFile(): string {
    return `${this.#machine.folder}/${this.#options.name}.log`;
  }

  /** Resolves once it serves. Throws with the end of its log when it does not. */
  async start(): Promise<void> {
    if (this.isRunning) throw new Error(`${this.name} is running already`);
    this.#child = launch(this.#machine, this.#options, this.#logFile);
    this.#child.unref();
    try {
      this.#pid = await childOf(this.#child, this.name);
      const { startMs = START_MS } = this.#options;
      await until(`${this.name} serves`, () => this.#serves(), { timeoutMs: startMs });
    } catch (cause) {
      await this.kill();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${reason}; its log ends with:\n${this.log().slice(-3000)}`, { cause });
    }
  }

  /** SIGTERM, and waits. Not running is success. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** SIGKILL, and waits. Not running is success. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** SIGSTOP: it is there and answers nothing. */
  pause(): void {
    kill(this.pid, 'SIGSTOP');
  }

  /** The nsenter that it runs under has stopped with it. */
  resume(): void {
    for (const pid of [this.#child?.pid, this.pid]) if (pid !== undefined) kill(pid, 'SIGCONT');
  }

  /** What it has written to stdout and stderr in all its lives. */
  log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  async #serves(): Promise<boolean> {
    if (!this.isRunning) throw new Error(`${this.name} ended while it started`);
    return await this.#options.isReady(this.pid);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.isRunning && this.#pid !== undefined) kill(this.#pid, signal);
    await until(`${this.name} ended by ${signal}`, () => !this.isRunning, { everyMs: 5 });
  }
}

function launch(machine: Machine, { argv, env }: ServiceOptions, logFile: string): ChildProcess {
  const output = openSync(logFile, 'a');
  const [file = '', ...args] = machine.serviceArgv(argv);
  try {
    return spawn(file, args, {
      detached: true,
      cwd: '/',
      env: { PATH, LC_ALL: 'C', ...AS_DEPLOYED, ...env },
      stdio: ['ignore', output, output],
    });
  } finally {
    closeSync(output);
  }
}

/** nsenter stays outside the pid namespace as the parent of the program itself. */
async function childOf(parent: ChildProcess, name: string): Promise<number> {
  let found: number | undefined;
  await until(
    `${name} started`,
    () => {
      if (parent.exitCode !== null || parent.pid === undefined)
        throw new Error(`${name} could not be started`);
      found = childrenOf(parent.pid)[0];
      return found !== undefined;
    },
    { everyMs: 5 },
  );
  return found ?? 0;
}
