import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../pool/lab/until.ts';

const CONTAINER_MS = 30_000;
const START_MS = 20_000;

export interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A containerd of its own, without Kubernetes, that runs containers of an archive's image one at a time. */
export class Containerd {
  readonly #folder = join(tmpdir(), `gluster-csi-containerd-${randomUUID()}`);
  #process: ChildProcess | undefined;
  #containers = 0;

  async start(): Promise<void> {
    mkdirSync(this.#folder, { mode: 0o700 });
    const configuration = [
      'version = 2',
      `root = "${this.#folder}/root"`,
      `state = "${this.#folder}/state"`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.tracing.processor.v1.otlp"]',
      `[grpc]\naddress = "${this.#folder}/containerd.sock"`,
    ];
    const file = join(this.#folder, 'config.toml');
    writeFileSync(file, configuration.join('\n'));
    this.#process = spawn('containerd', ['--config', file, '--log-level', 'error'], { stdio: 'ignore' });
    await until('containerd serves', async () => this.#ctr('version').exitCode === 0, {
      timeoutMs: START_MS,
    });
  }

  import(archive: string): void {
    const { exitCode, output } = this.#ctr('images', 'import', archive);
    if (exitCode !== 0) throw new Error(`${archive} cannot be imported: ${output}`);
  }

  /** Image names, each with the digest of its manifest. */
  images(): ReadonlyMap<string, string> {
    const lines = this.#ctr('images', 'list').output.trim().split('\n').slice(1);
    return new Map(
      lines.map((line) => line.split(/\s+/)).map(([name = '', , digest = '']) => [name, digest]),
    );
  }

  /** Runs argv as the image's user, without rights, on a root that cannot be written, to its end. */
  run(image: string, ...argv: readonly string[]): Ended {
    this.#containers += 1;
    return this.#ctr('run', '--rm', '--read-only', image, `test-${this.#containers}`, ...argv);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once('exit', resolve));
    if (this.#process?.kill()) await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ctr(...args: readonly string[]): Ended {
    const address = `--address=${this.#folder}/containerd.sock`;
    const ended = spawnSync('ctr', [address, '--namespace=k8s.io', ...args], {
      encoding: 'utf8',
      timeout: CONTAINER_MS,
      maxBuffer: 16 * 1024 * 1024,
    });
    return { exitCode: ended.status, output: `${ended.stdout}${ended.stderr}` };
  }
}
