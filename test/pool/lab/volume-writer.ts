import { fileURLToPath } from 'node:url';
import { Container } from '../../host/container.ts';
import type { Machine } from './machine.ts';
import { until } from './until.ts';

const PLACE = '/mnt';
const WRITER = fileURLToPath(new URL('../../e2e/writer/writer.ts', import.meta.url));
const CHECK = fileURLToPath(new URL('../../e2e/writer/check.ts', import.meta.url));
/** A container has none of the node's mounts but those that it was given. */
export const FORGET_OTHERS = `for at in $(findmnt -rn -t fuse.glusterfs -o TARGET | grep -vx ${PLACE}); do umount -l "$at"; done`;

let made = 0;

/** A pod that writes checksummed records to a volume, in a mount namespace of its own. */
export class VolumeWriter {
  readonly #worker: Machine;
  readonly #state: string;
  readonly container: Container;

  private constructor(worker: Machine, state: string, container: Container) {
    this.#worker = worker;
    this.#state = state;
    this.container = container;
  }

  /** Writes to the volume that is published at the path. */
  static async start(worker: Machine, path: string): Promise<VolumeWriter> {
    made += 1;
    const state = `/srv/state-${made}`;
    await worker.must(['mkdir', state]);
    const argv = [process.execPath, WRITER, '--directory', PLACE, '--state', state, '--name', `w${made}`];
    const container = await Container.start(worker, [
      `mount --bind ${path} ${PLACE}`,
      FORGET_OTHERS,
      `${argv.join(' ')} >${state}/out 2>&1 &`,
    ]);
    const writer = new VolumeWriter(worker, state, container);
    await writer.writesOn();
    return writer;
  }

  /** The last record that was written and synchronised. */
  async acknowledged(): Promise<number> {
    const { stdout } = await this.#worker.exec(['cat', `${this.#state}/acknowledged`]);
    return Number(stdout.split(' ')[0]);
  }

  /** Resolves once it has written more than it had. */
  async writesOn(timeoutMs = 30_000): Promise<void> {
    const before = await this.acknowledged();
    const more = async () => (await this.acknowledged()) > before + 3;
    await until('the writer goes on', more, { everyMs: 50, timeoutMs });
  }

  /** The codes of the errors that it saw. */
  async errors(): Promise<readonly string[]> {
    const lines = (await this.#worker.must(['cat', `${this.#state}/journal`])).trim().split('\n');
    const entries: { event: string; code?: string }[] = lines.map((line) => JSON.parse(line));
    return entries.filter(({ event }) => event === 'error').map(({ code = '' }) => code);
  }

  /** The longest time between two records, milliseconds; 0: none was longer than 200. */
  async longestGapMs(): Promise<number> {
    const lines = (await this.#worker.must(['cat', `${this.#state}/journal`])).trim().split('\n');
    const entries: { event: string; ms?: number }[] = lines.map((line) => JSON.parse(line));
    return Math.max(0, ...entries.map(({ ms = 0 }) => ms));
  }

  /** How many of the records that it wrote are missing or altered. */
  async lost(): Promise<number> {
    const args = ['--directory', PLACE, '--name', this.#state.replace('/srv/state-', 'w')];
    const acknowledged = ['--acknowledged', String(await this.acknowledged())];
    const report: { lost: number } = JSON.parse(
      await this.container.must([process.execPath, CHECK, ...args, ...acknowledged]),
    );
    return report.lost;
  }

  async stop(): Promise<void> {
    await this.#worker.exec(['pkill', '-KILL', '-f', this.#state]);
    await this.container.stop();
  }
}
