import type { Machine } from '../lab/machine.ts';

/** Each thread writes numbered blocks of its own, one after the other, by direct I/O, round and round its slots. */
const THREADS = 4;
const SLOTS = 512;

const WRITER = `
import hashlib, mmap, os, sys, threading, time
path, log = sys.argv[1:3]
acknowledged = open(log, 'a', buffering=1)
def write(thread):
    fd, block, number = os.open(path, os.O_RDWR | os.O_DIRECT), mmap.mmap(-1, 4096), 0
    while True:
        number += 1
        head = thread.to_bytes(8, 'little') + number.to_bytes(8, 'little')
        block[:4096] = head + os.urandom(4096 - 48) + b'\\0' * 32
        block[4064:4096] = hashlib.sha256(block[:4064]).digest()
        os.pwrite(fd, block, 4096 * (thread * ${SLOTS} + number % ${SLOTS}))
        acknowledged.write(f'{thread} {number} {time.time() * 1000:.3f}\\n')
for thread in range(${THREADS}): threading.Thread(target=write, args=(thread,)).start()
`;

const READER = `
import hashlib, sys
with open(sys.argv[1], 'rb') as disk:
    for thread in range(${THREADS}):
        for slot in range(${SLOTS}):
            block = disk.read(4096)
            if block == b'\\0' * 4096: continue
            whole = hashlib.sha256(block[:4064]).digest() == block[4064:] and block[0] == thread
            print(thread, slot, int.from_bytes(block[8:16], 'little') if whole else 'torn')
`;

/** Writes whose order a copy of the disk can be held to. */
export class OrderedWriter {
  readonly #machine: Machine;
  readonly #log: string;

  private constructor(machine: Machine, log: string) {
    this.#machine = machine;
    this.#log = log;
  }

  static async start(machine: Machine, disk: string): Promise<OrderedWriter> {
    const log = `/run/ordered-${process.hrtime.bigint()}.log`;
    await machine.must(['touch', log]);
    const argv = ['python3', '-c', WRITER, disk, log];
    await machine.must(['sh', '-c', 'setsid "$@" >/dev/null 2>&1 &', 'sh', ...argv]);
    return new OrderedWriter(machine, log);
  }

  async stop(): Promise<void> {
    await this.#machine.exec(['pkill', '-KILL', '-f', `^python3 -c .* ${this.#log}$`]);
  }

  async count(): Promise<number> {
    return (await this.#acknowledged()).length;
  }

  /**
   * What is wrong with a copy of the disk that is told to be of this moment: blocks that were acknowledged before and
   * are not there, blocks that are there without an earlier one, torn blocks.
   */
  async faultsOf(reader: Machine, copy: string, moment: number): Promise<readonly string[]> {
    const found = (await reader.must(['python3', '-c', READER, copy])).trim().split('\n');
    const rows = found.map((line) => line.split(' '));
    const faults = rows.filter(([, , number]) => number === 'torn').map((row) => row.join(' '));
    const acknowledged = await this.#acknowledged();
    for (let thread = 0; thread < THREADS; thread += 1) {
      const numbers = new Map(
        rows
          .filter(([one]) => Number(one) === thread)
          .map(([, slot, number]) => [Number(slot), Number(number)]),
      );
      const last = Math.max(0, ...numbers.values());
      const before = acknowledged.filter((one) => one.thread === thread && one.at < moment);
      const needed = Math.max(0, ...before.map(({ number }) => number));
      if (last < needed) faults.push(`thread ${thread}: has ${last}, ${needed} was acknowledged before`);
      for (let number = Math.max(1, last - SLOTS + 1); number <= last; number += 1) {
        if (numbers.get(number % SLOTS) !== number)
          faults.push(`thread ${thread}: has ${last} without ${number}, but ${numbers.get(number % SLOTS)}`);
      }
    }
    return faults;
  }

  async #acknowledged() {
    const text = await this.#machine.must(['cat', this.#log]);
    return text
      .split('\n')
      .filter((line) => line.split(' ').length === 3)
      .map((line) => line.split(' ').map(Number))
      .map(([thread = 0, number = 0, at = 0]) => ({ thread, number, at }));
  }
}
