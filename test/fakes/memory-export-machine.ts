import type { Call } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';
import type { ExportMachine, ExportPlace, ExportWish } from '../../src/gateway/lio/export-machine.ts';
import type { MemoryPool } from './memory-gluster.ts';
import type { MemoryHosting } from './memory-hosting.ts';

interface MemoryExport {
  readonly place: ExportPlace;
  hasClient: boolean;
  wish: ExportWish | undefined;
  bytes: bigint;
}

/** One server as an exporter, over hosting volumes in memory, whose access list it obeys. */
export class MemoryExportMachine implements ExportMachine {
  readonly exports = new Map<string, MemoryExport>();
  /** Called before each step by its name; may throw. */
  before: (step: string) => void | Promise<void> = () => undefined;
  readonly #hosting: MemoryHosting;
  readonly #pool: MemoryPool;
  readonly #host: string;

  constructor(hosting: MemoryHosting, pool: MemoryPool, host: string) {
    this.#hosting = hosting;
    this.#pool = pool;
    this.#host = host;
  }

  portals(): readonly string[] {
    return [`${this.#host}:3260`];
  }

  async sources(): Promise<readonly string[]> {
    await this.before('sources');
    return [this.#host];
  }

  async list(tag: string) {
    return [...this.exports]
      .filter(([key]) => key.endsWith(`-${tag}`))
      .map(([key, { hasClient, wish }]) => ({ key, isWhole: hasClient && wish !== undefined }));
  }

  async dead(tag: string): Promise<readonly string[]> {
    const gone = [...this.exports].filter(([key, one]) => key.endsWith(`-${tag}`) && !one.hasClient);
    return gone.map(([key]) => key);
  }

  async open(place: ExportPlace, _call: Call): Promise<void> {
    await this.before('open');
    if (place.servers.includes(this.#host)) throw new Error('its own volume file is not fenced');
    const found = this.exports.get(place.key);
    if (found?.hasClient === true) return;
    this.#requireAllowed(place);
    this.exports.set(place.key, { bytes: 0n, wish: undefined, ...found, place, hasClient: true });
  }

  async readState(key: string): Promise<string | undefined> {
    await this.before('readState');
    return this.#disk(key).exportState;
  }

  async writeState(key: string, text: string): Promise<void> {
    await this.before('writeState');
    this.#disk(key).exportState = text;
  }

  async serve(key: string, wish: ExportWish): Promise<void> {
    await this.before('serve');
    const { size } = this.#disk(key);
    Object.assign(this.#opened(key), { wish, bytes: size });
  }

  async grow(key: string): Promise<void> {
    await this.before('grow');
    if (this.exports.get(key)?.wish !== undefined) this.#opened(key).bytes = this.#disk(key).size;
  }

  async close(key: string): Promise<void> {
    await this.before('close');
    this.exports.delete(key);
  }

  #opened(key: string): MemoryExport {
    const found = this.exports.get(key);
    if (found?.hasClient !== true) throw new Fault('unreachable', `export ${key} has no client`);
    return found;
  }

  #disk(key: string) {
    const { place } = this.#opened(key);
    this.#requireAllowed(place);
    const disk = this.#hosting.disksOf(place.volume).get(place.name);
    if (disk === undefined) throw new Fault('unreachable', `${place.name} is not there`);
    return disk;
  }

  /** As the bricks have it: the directory's entry of the access list, with this server's address. */
  #requireAllowed({ volume, name }: ExportPlace): void {
    const allow = this.#pool.volumes.get(volume)?.options['auth.allow'] ?? '';
    const entry = allow.split(',').find((one) => one.startsWith(`/${name}(`));
    if (entry?.includes(this.#host) === true) return;
    throw new Fault('unreachable', `the bricks of ${volume} refuse ${this.#host}`);
  }
}
