import type { Machine } from '../lab/machine.ts';

/** Writes a counter into the first block every few milliseconds, and says when that begins to fail or to succeed. */
const WRITER = `
import os, struct, sys, time
path, log = sys.argv[1:3]
file, count, state = open(log, 'a', buffering=1), 0, ''
fd = os.open(path, os.O_RDWR)
while True:
    began = time.time()
    try:
        os.pwrite(fd, struct.pack('<Q', count) * 512, 0)
        os.fsync(fd)
        count, now = count + 1, 'ok'
    except OSError as error:
        now = 'failed'
    took = time.time() - began
    if now != state: file.write(f'{now} {time.time():.3f}\\n')
    if took > 2: file.write(f'slow {took:.3f}\\n')
    state = now
    time.sleep(0.005)
`;

/** The directory of a block volume, mounted on a worker by a client of its own, with a writer to its disk. */
export class AttachedDisk {
  readonly #worker: Machine;
  readonly #place: string;

  constructor(worker: Machine, name: string) {
    this.#worker = worker;
    this.#place = `/run/${name}`;
  }

  /** False when the bricks refuse the client. */
  async mount(servers: readonly string[], hosting: string, directory: string): Promise<boolean> {
    await this.#worker.must(['mkdir', '-p', this.#place]);
    await this.#worker.exec([
      'glusterfs',
      '--process-name=fuse',
      `--log-file=${this.#place}.glusterfs.log`,
      `--pid-file=${this.#place}.pid`,
      ...servers.map((server) => `--volfile-server=${server}`),
      `--volfile-id=/${hosting}`,
      `--subdir-mount=/${directory}`,
      '--direct-io-mode=enable',
      this.#place,
    ]);
    const { exitCode } = await this.#worker.exec(['stat', `${this.#place}/disk`]);
    return exitCode === 0;
  }

  /** The writer goes on until `end`. */
  async write(): Promise<void> {
    const argv = ['python3', '-c', WRITER, `${this.#place}/disk`, `${this.#place}.log`];
    await this.#worker.must(['sh', '-c', 'setsid "$@" >/dev/null 2>&1 &', 'sh', ...argv]);
  }

  /** `ok <second>`, `failed <second>`, `slow <seconds>`. */
  async events(): Promise<readonly string[]> {
    const { stdout } = await this.#worker.exec(['cat', `${this.#place}.log`]);
    return stdout.split('\n').filter((line) => line !== '');
  }

  /** Sends the client a signal. */
  async signal(name: 'STOP' | 'CONT' | 'KILL'): Promise<void> {
    await this.#worker.must(['pkill', `-${name}`, '-f', `^glusterfs .* ${this.#place}$`]);
  }

  async end(): Promise<void> {
    await this.#worker.exec(['pkill', '-KILL', '-f', `^python3 -c .* ${this.#place}/disk`]);
    await this.#worker.exec(['umount', '--lazy', this.#place]);
    await this.#worker.exec(['pkill', '-KILL', '-f', `^glusterfs .* ${this.#place}$`]);
    await this.#worker.exec(['rm', '-f', `${this.#place}.log`]);
  }

  /** The counter that the disk has, read past caches. */
  async counter(): Promise<number> {
    const read = ['dd', `if=${this.#place}/disk`, 'bs=4096', 'count=1', 'iflag=direct', 'status=none'];
    const hex = await this.#worker.must(['bash', '-c', `${read.join(' ')} | od -An -tu8 -N8`]);
    return Number(hex.trim());
  }
}
