import { Fault } from '../../src/control/fault.ts';
import type { BlockParts } from '../../src/gateway/block/deps.ts';
import type { HostedDisks } from '../../src/gateway/block/hosting-mounts.ts';
import type { MemoryPool } from './memory-gluster.ts';

interface MemoryDisk {
  size: bigint;
  metadata: Readonly<Record<string, string>> | undefined;
  exportState?: string;
}

/** What lies on the hosting volumes of a pool in memory, seen alike by all its servers. */
export class MemoryHosting {
  readonly volumes = new Map<string, Map<string, MemoryDisk>>();
  /** Bricks, as `host:path`, that go by the access list that they had when they were put here. */
  readonly deaf = new Map<string, string>();
  /** Called before each step on a hosting volume, by its name; may throw. */
  before: (step: string) => void | Promise<void> = () => undefined;
  readonly #pool: MemoryPool;

  constructor(pool: MemoryPool) {
    this.#pool = pool;
  }

  disksOf(volume: string): Map<string, MemoryDisk> {
    const found = this.volumes.get(volume) ?? new Map<string, MemoryDisk>();
    this.volumes.set(volume, found);
    return found;
  }

  put(volume: string, name: string, size: bigint): void {
    this.disksOf(volume).set(name, { size, metadata: undefined });
  }

  get parts(): BlockParts {
    return {
      confirmMs: 300,
      mounts: {
        use: async (volume, work) => {
          await this.before('mount');
          if (this.#pool.volumes.get(volume)?.state !== 'Started')
            throw new Fault('unreachable', `volume ${volume} cannot be mounted`);
          return work(this.disks(volume));
        },
      },
      brickAllows: async ({ host, path }, directory) => {
        const allow = this.deaf.get(`${host}:${path}`) ?? this.#allowOf(host, path);
        return allow === undefined ? undefined : allow.includes(`${directory}(`);
      },
    };
  }

  /** Has the brick go by its present access list from now on. */
  deafen(host: string, path: string): void {
    this.deaf.set(`${host}:${path}`, this.#allowOf(host, path) ?? '');
  }

  #allowOf(host: string, path: string): string | undefined {
    const volume = [...this.#pool.volumes.values()].find(({ bricks }) =>
      bricks.some((brick) => brick.host === host && brick.path === path),
    );
    return volume?.options['auth.allow'];
  }

  disks(volume: string): HostedDisks {
    const disks = this.disksOf(volume);
    const toDisk = (name: string) => {
      const disk = disks.get(name);
      return disk === undefined ? undefined : { name, size: disk.size };
    };
    const step = (name: string) => this.before(name);
    return {
      async list() {
        await step('list');
        return [...disks.keys()].sort().map((name) => ({ name, size: disks.get(name)?.size ?? 0n }));
      },
      find: async (name) => toDisk(name),
      async make({ name, size }) {
        await step('make');
        if (disks.has(name)) throw new Fault('conflict', `${name} is there`);
        disks.set(name, { size, metadata: undefined });
      },
      async grow({ name, size }) {
        await step('grow');
        const disk = disks.get(name);
        if (disk === undefined) throw new Fault('not-found', `${name} is not there`);
        if (size > disk.size) disk.size = size;
      },
      async remove(name) {
        await step('remove');
        disks.delete(name);
      },
      metadata: async (name) => disks.get(name)?.metadata,
      async keepMetadata(name, metadata) {
        await step('keep metadata');
        const disk = disks.get(name);
        if (disk !== undefined) disk.metadata = metadata;
      },
      exportState: async (name) => disks.get(name)?.exportState,
      totalBytes: async () => 10n << 30n,
    };
  }
}
