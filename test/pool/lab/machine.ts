import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CommandOptions, type CommandResult, run } from '../../../src/host/run.ts';
import { makeCgroups, removeCgroups } from './cgroups.ts';
import { command } from './command.ts';
import { mountOwnCgroups } from './own-cgroups.ts';
import { PATIENCE } from './patience.ts';
import { childrenOf, kill, programOf } from './processes.ts';
import { until } from './until.ts';

/** Where a machine keeps hold of what is about to be hidden. */
const VISIBLE = '/run/visible';

export interface Bind {
  readonly source: string;
  /** A folder is made in the machine when it is not there. */
  readonly target: string;
}

/** A folder of the real machine that is seen under what this machine has written there, which lies in `folder`. */
export interface Layer {
  readonly path: string;
  readonly folder: string;
}

export interface MachineOptions {
  readonly name: string;
  /** The lab's folder for this machine: `log/`, and whatever is bound from it. */
  readonly folder: string;
  /** The file that holds its network namespace. */
  readonly network: string;
  readonly binds: readonly Bind[];
  /** Made before the binds. Default: none. */
  readonly layers?: readonly Layer[];
  /** Folders of the real machine that are seen at their places although a bind hides what they lie in. */
  readonly visible?: readonly string[];
  /** Its cgroup in each hierarchy, which it sees as the root of a tree of its own. Default: it sees the real ones. */
  readonly cgroup?: string;
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
    const { network, cgroup, layers = [], binds, visible = [] } = this.#options;
    if (cgroup !== undefined) await makeCgroups(cgroup);
    this.#init = await startInit(network, cgroup);
    await this.must(['hostname', this.name]);
    if (cgroup !== undefined) await mountOwnCgroups(this);
    await this.must(['mount', '--make-rshared', '/']);
    await this.must(['mount', '-t', 'tmpfs', 'tmpfs', '/run']);
    await this.must(['mkdir', '-p', '/run/gluster', '/run/lock']);
    for (const layer of layers) await this.#mountLayer(layer);
    for (const path of visible) await this.#mountFolder(path, `${VISIBLE}${path}`);
    for (const bind of binds) await this.#mountBind(bind);
    for (const path of visible) await this.#mountFolder(`${VISIBLE}${path}`, path);
  }

  /**
   * The power fails: every process is killed at once, every mount and cgroup of the machine is gone. Off already is
   * success.
   */
  async powerCut(): Promise<void> {
    if (this.#init === undefined) return;
    const init = this.#init;
    kill(init);
    await until(`${this.name} switched off`, () => programOf(init) === undefined);
    this.#init = undefined;
    if (this.#options.cgroup !== undefined) await removeCgroups(this.#options.cgroup);
  }

  /** The argv that runs a command in this machine. */
  argv(inside: readonly string[]): readonly string[] {
    const namespaces = ['-m', '-u', '-n', '-p', ...(this.#options.cgroup === undefined ? [] : ['-C'])];
    return ['nsenter', '-t', String(this.init), ...namespaces, '--', ...inside];
  }

  /** The argv of a program that stays: in the machine's cgroups besides. A command that ends soon does without. */
  serviceArgv(inside: readonly string[]): readonly string[] {
    return [...enterCgroup(this.#options.cgroup), ...this.argv(inside)];
  }

  /** What to type for a shell in this machine, as root on the real one. */
  get shellLine(): string {
    return [...this.argv([]).slice(0, -1), 'bash'].join(' ');
  }

  /** Runs a command in the machine, whatever it exits with. */
  exec(inside: readonly string[], options: Partial<CommandOptions> = {}): Promise<CommandResult> {
    const [file = '', ...args] = this.argv(inside);
    return run(file, args, { timeoutMs: 60_000 * PATIENCE, ...options });
  }

  /** Runs a command in the machine. Throws unless it exits with 0; resolves with its stdout. */
  async must(inside: readonly string[], options: Partial<CommandOptions> = {}): Promise<string> {
    return (await command(this.argv(inside), options)).stdout;
  }

  #mountLayer({ path, folder }: Layer): Promise<string> {
    const options = `lowerdir=${path},upperdir=${folder}/upper,workdir=${folder}/work`;
    return this.must(['mount', '-t', 'overlay', '-o', options, 'overlay', path]);
  }

  async #mountFolder(source: string, target: string): Promise<void> {
    await this.must(['mkdir', '-p', target]);
    await this.must(['mount', '--bind', source, target]);
  }

  async #mountBind({ source, target }: Bind): Promise<void> {
    if (statSync(source).isDirectory()) await this.must(['mkdir', '-p', target]);
    await this.must(['mount', '--bind', source, target]);
    // In a peer group of its own: else what is mounted below it is mounted below its source as well.
    await this.must(['mount', '--make-private', target]);
    await this.must(['mount', '--make-shared', target]);
  }
}

/**
 * Pid 1 sleeps for ever and ignores SIGCHLD, so that the kernel itself reaps the daemons it inherits. `unshare` dies
 * with it, and it with `unshare`.
 */
async function startInit(network: string, cgroup: string | undefined): Promise<number> {
  const before = [...enterCgroup(cgroup), 'nsenter', `--net=${network}`];
  const flags = [
    '--mount',
    '--pid',
    '--uts',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--propagation',
    'private',
    ...(cgroup === undefined ? [] : ['--cgroup']),
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

/** From within a cgroup namespace a process outside could not be brought in. */
function enterCgroup(cgroup: string | undefined): readonly string[] {
  if (cgroup === undefined) return [];
  return [process.execPath, fileURLToPath(new URL('enter-cgroups.ts', import.meta.url)), cgroup];
}
