import { spawn } from 'node:child_process';
import { type CommandOptions, type CommandResult, run } from '../../../src/host/run.ts';
import { command } from './command.ts';
import { childrenOf, kill, programOf } from './processes.ts';
import { until } from './until.ts';

export interface Bind {
  readonly source: string;
  readonly target: string;
}

export interface MachineOptions {
  readonly name: string;
  /** The lab's folder for this machine: `log/`, and whatever is bound from it. */
  readonly folder: string;
  /** The file that holds its network namespace. */
  readonly network: string;
  readonly binds: readonly Bind[];
}

/**
 * One machine of the lab: mount, pid, uts and network namespaces over the files of the real one, with a /run and
 * a set of bound files and folders of its own. Off until `boot`.
 */
export class Machine {
  readonly name: string;
  readonly folder: string;
  readonly #options: MachineOptions;
  #init: number | undefined;

  constructor(options: MachineOptions) {
    this.name = options.name;
    this.folder = options.folder;
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#init !== undefined && programOf(this.#init) === 'sleep';
  }

  /** The pid of its init as the real machine sees it. */
  get init(): number {
    if (this.#init === undefined) throw new Error(`${this.name} is switched off`);
    return this.#init;
  }

  async boot(): Promise<void> {
    if (this.isUp) throw new Error(`${this.name} is running already`);
    this.#init = await startInit(this.#options.network);
    await this.must(['hostname', this.name]);
    await this.must(['mount', '--make-rshared', '/']);
    await this.must(['mount', '-t', 'tmpfs', 'tmpfs', '/run']);
    await this.must(['mkdir', '-p', '/run/gluster', '/run/lock']);
    for (const { source, target } of this.#options.binds)
      await this.must(['mount', '--bind', source, target]);
  }

  /** The power fails: every process is killed at once, every mount of the machine is gone. Off already is success. */
  async powerCut(): Promise<void> {
    if (this.#init === undefined) return;
    const init = this.#init;
    kill(init);
    await until(`${this.name} switched off`, () => programOf(init) === undefined);
    this.#init = undefined;
  }

  /** The argv that runs a command in this machine. */
  argv(inside: readonly string[]): readonly string[] {
    return ['nsenter', '-t', String(this.init), '-m', '-u', '-n', '-p', '--', ...inside];
  }

  /** Runs a command in the machine, whatever it exits with. */
  exec(inside: readonly string[], options: Partial<CommandOptions> = {}): Promise<CommandResult> {
    const [file = '', ...args] = this.argv(inside);
    return run(file, args, { timeoutMs: 60_000, ...options });
  }

  /** Runs a command in the machine. Throws unless it exits with 0; resolves with its stdout. */
  async must(inside: readonly string[], options: Partial<CommandOptions> = {}): Promise<string> {
    return (await command(this.argv(inside), options)).stdout;
  }
}

/**
 * Pid 1 sleeps for ever and ignores SIGCHLD, so that the kernel itself reaps the daemons it inherits. `unshare` dies
 * with it, and it with `unshare`.
 */
async function startInit(network: string): Promise<number> {
  const before = ['nsenter', `--net=${network}`];
  const flags = [
    '--mount',
    '--pid',
    '--uts',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--propagation',
    'private',
  ];
  const init = ['env', '--ignore-signal=CHLD', 'sleep', 'infinity'];
  const [file = '', ...args] = [...before, 'unshare', ...flags, ...init];
  const child = spawn(file, args, { detached: true, stdio: 'ignore', cwd: '/' });
  child.unref();
  const parent = child.pid;
  if (parent === undefined) throw new Error('nsenter could not be started');
  let found: number | undefined;
  await until(
    'a machine with its own namespaces',
    () => {
      found = childrenOf(parent).find((pid) => programOf(pid) === 'sleep');
      return found !== undefined;
    },
    { everyMs: 5, timeoutMs: 10_000 },
  );
  if (found === undefined) throw new Error('unreachable: a machine without an init');
  return found;
}
