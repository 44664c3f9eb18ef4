import { ensureNative } from '../../scripts/setup/native.ts';
import type { Remount, RemountOutcome } from '../../src/host/remount.ts';
import type { Mount } from '../../src/staging/host.ts';
import type { LabOptions } from '../pool/lab/lab.ts';
import type { Machine } from '../pool/lab/machine.ts';
import { until } from '../pool/lab/until.ts';
import { clientsOf, signalClient, upWorkerLab, type WorkerLab } from '../pool/lab/worker-host.ts';
import { askWorker } from './ask-worker.ts';
import { Container, type ContainerOptions } from './container.ts';

const DEADLINE_MS = 60_000;

/** A worker with clients of a real volume, and containers that see it. */
export class GlusterWorld {
  readonly #lab: WorkerLab;
  readonly program: string;
  readonly #containers: Container[] = [];

  private constructor(lab: WorkerLab, program: string) {
    this.#lab = lab;
    this.program = program;
  }

  static async up(change: Partial<LabOptions>): Promise<GlusterWorld> {
    const program = await ensureNative('remount');
    return new GlusterWorld(await upWorkerLab(change), program);
  }

  get worker(): Machine {
    return this.#lab.worker;
  }

  /** Starts a client and returns its mount. `before` is put before its argv. */
  async startClient(target: string, before: readonly string[] = []): Promise<Mount> {
    await this.worker.must(['mkdir', '-p', target]);
    const args = [
      '--process-name=fuse',
      `--volfile-server=${this.#lab.servers[0]}`,
      '--volfile-id=/one',
      target,
    ];
    await this.worker.must([...before, 'glusterfs', ...args]);
    await this.worker.must(['stat', target]);
    const found = (await this.mountsOf(1)).findLast((mount) => mount.target === target);
    if (found?.fsType !== 'fuse.glusterfs') throw new Error(`nothing is mounted at ${target}`);
    return found;
  }

  async killClient(target: string): Promise<void> {
    await signalClient(this.worker, target, 'KILL');
    await until('the client ended', async () => !(await this.hasClient(target)));
  }

  async hasClient(target: string): Promise<boolean> {
    return (await clientsOf(this.worker)).some((line) => line.endsWith(` ${target}`));
  }

  /** As `Container.start`. */
  async startContainer(lines: readonly string[], options: ContainerOptions = {}): Promise<Container> {
    const container = await Container.start(this.worker, lines, options);
    this.#containers.push(container);
    return container;
  }

  async mountsOf(pid: number): Promise<readonly Mount[]> {
    return (await askWorker(this.worker, 'readMountsOf', [pid])) ?? [];
  }

  /** The mount on top at a target, as a process sees it. */
  async mountAt(pid: number, target: string): Promise<Mount> {
    const found = (await this.mountsOf(pid)).findLast((mount) => mount.target === target);
    if (found === undefined) throw new Error(`nothing is mounted at ${target}`);
    return found;
  }

  remount(remount: Remount, deadlineMs = DEADLINE_MS): Promise<RemountOutcome> {
    return askWorker(this.worker, 'remount', [{ ...remount, program: this.program, deadlineMs }]);
  }

  /** As on Linux before 6.5. */
  async stack({ pid, mount, source, mode }: Remount): Promise<string> {
    const args = [String(pid), String(mount.id), mount.device, source, mode, 'stack'];
    return (await this.worker.exec([this.program, ...args])).stdout.trim();
  }

  /** Ends all containers, clients and sleepers (but PID 1, which is safe), and empties the volume. */
  async clear(): Promise<void> {
    for (const container of this.#containers.splice(0)) await container.stop();
    await this.worker.exec(['pkill', '-KILL', '-x', 'sleep']);
    const emptied = '/srv/emptied';
    await this.startClient(emptied);
    await this.worker.must(['find', emptied, '-mindepth', '1', '-delete']);
    await this.worker.exec(['pkill', '-KILL', '-x', 'glusterfs']);
    await until('all clients ended', async () => (await clientsOf(this.worker)).length === 0);
    const left = (await this.mountsOf(1)).filter((mount) => mount.target.startsWith('/srv/')).reverse();
    for (const { target } of left) await this.worker.must(['umount', '--lazy', target]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lab[Symbol.asyncDispose]();
  }
}
