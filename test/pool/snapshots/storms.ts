import { fileURLToPath } from 'node:url';
import type { Machine } from '../lab/machine.ts';
import { Service } from '../lab/service.ts';
import { STORM_KINDS, type StormKind } from './storm-content.ts';

const STORM = fileURLToPath(new URL('storm.ts', import.meta.url));
const CHECK = fileURLToPath(new URL('check-storm.ts', import.meta.url));

export type Acknowledged = Readonly<Record<StormKind, number>>;

/** A writer of each kind on a directory of a worker. */
export class Storms {
  readonly #worker: Machine;
  readonly #state: string;
  readonly #services: readonly Service[];

  private constructor(worker: Machine, state: string, services: readonly Service[]) {
    this.#worker = worker;
    this.#state = state;
    this.#services = services;
  }

  static async start(worker: Machine, directory: string): Promise<Storms> {
    const state = `/run/storms-${directory.replaceAll('/', '-')}`;
    await worker.must(['mkdir', '-p', state]);
    const services = STORM_KINDS.map(
      (kind) =>
        new Service(worker, {
          name: `storm-${kind}`,
          argv: [process.execPath, '--disable-warning=ExperimentalWarning', STORM, directory, state, kind],
          isReady: async () => (await worker.exec(['test', '-e', `${state}/${kind}.begun`])).exitCode === 0,
        }),
    );
    await Promise.all(services.map((service) => service.start()));
    return new Storms(worker, state, services);
  }

  async acknowledged(): Promise<Acknowledged> {
    const files = STORM_KINDS.map((kind) => `${this.#state}/${kind}`);
    const numbers = (await this.#worker.must(['cat', ...files])).trim().split('\n').map(Number);
    return Object.fromEntries(STORM_KINDS.map((kind, index) => [kind, numbers[index]])) as Acknowledged;
  }

  /** The longest record of any writer that ended between these times, milliseconds; 0: none was longer than 50. */
  async longestStallMs(from: number, to: number): Promise<number> {
    const { stdout } = await this.#worker.exec(['sh', '-c', `cat ${this.#state}/*.stalls`]);
    const stalls = stdout.split('\n').map((line) => line.split(' ').map(Number));
    return Math.max(0, ...stalls.filter(([at = 0]) => at >= from && at <= to).map(([, ms = 0]) => ms));
  }

  /** Ended writers: their names, and what they said. None, as long as no write failed. */
  ended(): readonly string[] {
    return this.#services
      .filter((service) => !service.isRunning)
      .map((service) => `${service.name}: ${service.log()}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.kill()));
    await this.#worker.must(['rm', '-r', this.#state]);
  }
}

/** What is wrong with the writers' files in a directory, given what they had acknowledged before. */
export async function checkStorms(
  worker: Machine,
  directory: string,
  acknowledged: Acknowledged,
): Promise<readonly string[]> {
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', CHECK, directory];
  const said = await worker.must([...argv, JSON.stringify(acknowledged)], { timeoutMs: 120_000 });
  return said.split('\n').filter((line) => line !== '');
}
