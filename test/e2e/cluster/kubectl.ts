import { type CommandOptions, type CommandResult, run } from '../../../src/host/run.ts';
import { command } from '../../pool/lab/command.ts';

export type KubectlOptions = Pick<Partial<CommandOptions>, 'input' | 'timeoutMs' | 'signal'>;

const TIMEOUT_MS = 120_000;

/** kubectl, as an administrator, in the network of the control plane: the only one who has that kubeconfig. */
export class Kubectl {
  readonly kubeconfig: string;
  readonly #argv: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  constructor(options: {
    readonly program: string;
    readonly kubeconfig: string;
    /** The file that holds the network namespace. */
    readonly network: string;
    readonly cacheFolder: string;
  }) {
    this.kubeconfig = options.kubeconfig;
    this.#argv = ['nsenter', `--net=${options.network}`, options.program];
    this.#env = { KUBECONFIG: options.kubeconfig, KUBECACHEDIR: options.cacheFolder };
  }

  /** The command as a user would type it, before kubectl's own arguments. */
  get shellLine(): string {
    return [`KUBECONFIG=${this.kubeconfig}`, ...this.#argv].join(' ');
  }

  /** Whatever it exits with. */
  run(args: readonly string[], options: KubectlOptions = {}): Promise<CommandResult> {
    const [file = '', ...before] = this.#argv;
    return run(file, [...before, ...args], { timeoutMs: TIMEOUT_MS, ...options, env: this.#env });
  }

  /** Throws unless it exits with 0; resolves with its stdout. */
  async must(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    const settings = { timeoutMs: TIMEOUT_MS, ...options, env: this.#env };
    return (await command([...this.#argv, ...args], settings)).stdout;
  }
}
