import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CommandOptions, CommandResult } from '../../../src/host/run.ts';
import { command } from '../../pool/lab/command.ts';
import type { Machine } from '../../pool/lab/machine.ts';
import { Service } from '../../pool/lab/service.ts';
import { until } from '../../pool/lab/until.ts';
import type { Kubectl } from './kubectl.ts';
import { CONTAINERD_SOCKET, NODE_FILES, POD_BRIDGE } from './node-files.ts';
import { readHeartbeat, untilReady } from './node-ready.ts';
import type { Supervised } from './supervise.ts';

/** Where a node has the programs of Kubernetes. */
export const NODE_PROGRAMS = '/opt/kubernetes';
/** Where a node has the logs of what its init runs. */
export const NODE_LOGS = '/var/log/kubernetes';

/** A worker of the lab with containerd and kubelet on it: a node of the cluster. */
export class KubernetesNode {
  readonly name: string;
  readonly machine: Machine;
  readonly #kubectl: Kubectl;
  readonly #init: Service;

  constructor(machine: Machine, address: string, kubectl: Kubectl) {
    this.name = machine.name;
    this.machine = machine;
    this.#kubectl = kubectl;
    this.#init = new Service(machine, {
      name: 'init',
      argv: initArgv(machine.name, address),
      isReady: async () => (await machine.exec(['ctr', '--timeout', '1s', 'version'])).exitCode === 0,
      startMs: 120_000,
    });
  }

  /** Runs a command on the node, whatever it exits with. */
  exec(argv: readonly string[], options: Partial<CommandOptions> = {}): Promise<CommandResult> {
    return this.machine.exec(argv, options);
  }

  /** Runs a command on the node. Throws unless it exits with 0; resolves with its stdout. */
  must(argv: readonly string[], options: Partial<CommandOptions> = {}): Promise<string> {
    return this.machine.must(argv, options);
  }

  /** Starts containerd and kubelet on the machine, which is up. Resolves once containerd serves. */
  async startPrograms(): Promise<void> {
    // The network namespace outlives a power cut; a real machine's bridge would not.
    await this.exec(['ip', 'link', 'delete', POD_BRIDGE]);
    await this.#init.start();
  }

  /** Every process of the node, pods included, is killed at once; all its mounts and cgroups are gone. */
  async powerCut(): Promise<void> {
    await this.machine.powerCut();
    await this.#init.kill();
  }

  /** Boots the node after a power cut. Resolves once kubelet has said anew that it is ready. */
  async boot(): Promise<void> {
    const before = await readHeartbeat(this.#kubectl, this.name);
    await this.machine.boot();
    await this.startPrograms();
    await untilReady(this.#kubectl, this.name, before);
  }

  /** Ends kubelet; the node's init starts it again. Resolves once the new one has said that it is ready. */
  async restartKubelet(signal: 'TERM' | 'KILL' = 'TERM'): Promise<void> {
    const before = await readHeartbeat(this.#kubectl, this.name);
    const [old] = await this.pidsOf('kubelet');
    await this.must(['kill', `-${signal}`, String(old)]);
    await until(`a new kubelet on ${this.name}`, async () => {
      const [pid] = await this.pidsOf('kubelet');
      return pid !== undefined && pid !== old;
    });
    await untilReady(this.#kubectl, this.name, before);
  }

  /** Pids of the processes that run the program, as the node sees them. None is success. */
  async pidsOf(program: string): Promise<readonly number[]> {
    const { stdout } = await this.exec(['pgrep', '--exact', program]);
    return stdout
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0);
  }

  /** The pid of the container's first process as the node sees it. Throws when the container does not run. */
  async pidOfContainer(containerId: string): Promise<number> {
    const id = containerId.replace(/^containerd:\/\//, '');
    const tasks = await this.must(['ctr', '--namespace', 'k8s.io', 'tasks', 'list']);
    const [, pid, state] =
      tasks
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .find(([name]) => name === id) ?? [];
    if (pid === undefined || state !== 'RUNNING') throw new Error(`${this.name} runs no container ${id}`);
    return Number(pid);
  }

  /** Gives the node images, each an OCI archive of the real machine, so that nothing has to be pulled. */
  async importImages(archives: readonly string[]): Promise<void> {
    // The node has a /tmp of its own: ctr runs beside it and reads the archive where it is.
    const socket = `/proc/${this.machine.init}/root${CONTAINERD_SOCKET}`;
    for (const archive of archives)
      await command(['ctr', '--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive], {
        timeoutMs: 300_000,
      });
  }

  /** What kubelet or containerd wrote in all its lives. */
  log(program: 'kubelet' | 'containerd'): string {
    return readFileSync(`${this.machine.folder}/folders${NODE_LOGS}/${program}.log`, 'utf8');
  }
}

/** The node's init. */
function initArgv(name: string, address: string): readonly string[] {
  const programs: readonly Supervised[] = [
    { argv: ['containerd', '--config', `${NODE_FILES}/containerd.toml`], log: `${NODE_LOGS}/containerd.log` },
    {
      argv: [
        `${NODE_PROGRAMS}/kubelet`,
        `--kubeconfig=${NODE_FILES}/kubelet.kubeconfig`,
        `--config=${NODE_FILES}/kubelet.json`,
        `--hostname-override=${name}`,
        `--node-ip=${address}`,
      ],
      log: `${NODE_LOGS}/kubelet.log`,
      after: CONTAINERD_SOCKET,
    },
  ];
  const supervise = fileURLToPath(new URL('supervise.ts', import.meta.url));
  return [process.execPath, supervise, JSON.stringify(programs)];
}
