import type { CommandResult } from '../../src/host/run.ts';
import type { Mount } from '../../src/staging/host.ts';
import type { Machine } from '../pool/lab/machine.ts';
import { until } from '../pool/lab/until.ts';
import { askWorker } from './ask-worker.ts';

export interface ContainerOptions {
  /** Of the mounts that it inherits, as unshare(1) names it. Default: private. */
  readonly propagation?: string;
  /** A command that becomes the process, such as `chroot /srv/root`. */
  readonly exec?: string;
}

let started = 100_000;

/** A process in a mount namespace of its own, as a container's. */
export class Container {
  readonly #worker: Machine;
  /** On the worker. */
  readonly pid: number;

  private constructor(worker: Machine, pid: number) {
    this.#worker = worker;
    this.pid = pid;
  }

  /** Runs the lines of shell in the namespace first. */
  static async start(
    worker: Machine,
    lines: readonly string[],
    { propagation = 'private', exec = '' }: ContainerOptions = {},
  ): Promise<Container> {
    started += 1;
    const sleep = `sleep ${started}`;
    const script = [...lines, `exec ${exec} ${sleep}`].join('\n');
    const flags = ['--mount', '--propagation', propagation];
    const running = worker.exec(['unshare', ...flags, 'sh', '-ec', script], { timeoutMs: 600_000 });
    let ended: CommandResult | undefined;
    void running.then((result) => {
      ended = result;
    });
    let pid = 0;
    await until('a container runs', async () => {
      if (ended !== undefined) throw new Error(`the container ended: ${ended.stderr}`);
      pid = Number((await worker.exec(['pgrep', '-f', '-x', sleep])).stdout);
      return pid > 0;
    });
    return new Container(worker, pid);
  }

  /** What the process sees, at its own root. */
  exec(inside: readonly string[]): Promise<CommandResult> {
    return this.#worker.exec(this.argv(inside));
  }

  async must(inside: readonly string[]): Promise<string> {
    return this.#worker.must(this.argv(inside));
  }

  /** The argv, on the worker, that runs a command in it. */
  argv(inside: readonly string[]): readonly string[] {
    return ['nsenter', '-t', String(this.pid), '--mount', '--root', '--wd', '--', ...inside];
  }

  async mounts(): Promise<readonly Mount[]> {
    return (await askWorker(this.#worker, 'readMountsOf', [this.pid])) ?? [];
  }

  async stop(): Promise<void> {
    await this.#worker.exec(['kill', '-KILL', String(this.pid)]);
  }
}
