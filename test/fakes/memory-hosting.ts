import { Fault } from '../../src/control/fault.ts';
import { KeyedQueues } from '../../src/control/queues.ts';
import { Semaphore } from '../../src/control/semaphore.ts';
import type { BrickPort } from '../../src/gateway/block/ask-brick.ts';
import type { BlockParts } from '../../src/gateway/block/deps.ts';
import type {
  HostedDisk,
  HostedDisks,
  HostedSnapshot,
  HostedSnapshots,
  HostingMounts,
} from '../../src/gateway/block/hosting-mounts.ts';
import type { Kept } from '../../src/gateway/block/kept.ts';
import type { LioParts } from '../../src/gateway/lio/deps.ts';
import type { ExportMachine } from '../../src/gateway/lio/export-machine.ts';
import type { LioDisks } from '../../src/gateway/lio/lio-disks.ts';
import { MemoryBrickFiles } from './memory-brick-files.ts';
import type { MemoryPool } from './memory-gluster.ts';

interface MemoryDisk {
  size: bigint;
  /** Of provider lio. */
  exportState?: string;
}

/** What lies on the hosting volumes of a pool in memory, seen alike by all its servers. */
export class MemoryHosting {
  readonly volumes = new Map<string, Map<string, MemoryDisk>>();
  readonly kept = new Map<string, Map<string, Kept>>();
  readonly snapshots = new Map<string, Map<string, HostedSnapshot>>();
  readonly files = new MemoryBrickFiles();
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

  keptOf(volume: string): Map<string, Kept> {
    const found = this.kept.get(volume) ?? new Map<string, Kept>();
    this.kept.set(volume, found);
    return found;
  }

  put(volume: string, name: string, size: bigint): void {
    this.disksOf(volume).set(name, { size });
    this.files.make(volume, `${name}/disk`, size);
  }

  get parts(): BlockParts {
    return this.#partsOf((volume) => this.disks(volume));
  }

  /** Those of one server, which exports by this machine. */
  lioParts(machine: ExportMachine): LioParts {
    return { ...this.#partsOf((volume) => this.lioDisks(volume)), machine };
  }

  #partsOf<Disks>(see: (volume: string) => Disks) {
    const mounts: HostingMounts<Disks> = {
      use: async (volume, work) => {
        await this.before('mount');
        if (this.#pool.volumes.get(volume)?.state !== 'Started')
          throw new Fault('unreachable', `volume ${volume} cannot be mounted`);
        return work(see(volume));
      },
    };
    return {
      confirmMs: 300,
      making: new Semaphore(1),
      rooms: new KeyedQueues(),
      files: this.files.serve((volume) => this.#bricksOf(volume)),
      mounts,
      brickAllows: async ({ host, path }: BrickPort, directory: string) => {
        const allow = this.deaf.get(`${host}:${path}`) ?? this.#allowOf(host, path);
        return allow === undefined ? undefined : allow.includes(`${directory}(`);
      },
    };
  }

  /** Has the brick go by its present access list from now on. */
  deafen(host: string, path: string): void {
    this.deaf.set(`${host}:${path}`, this.#allowOf(host, path) ?? '');
  }

  #bricksOf(volume: string): readonly string[] {
    return (this.#pool.volumes.get(volume)?.bricks ?? []).map(({ path }) => path);
  }

  snapshotsOf(volume: string): Map<string, HostedSnapshot> {
    const found = this.snapshots.get(volume) ?? new Map<string, HostedSnapshot>();
    this.snapshots.set(volume, found);
    return found;
  }

  #allowOf(host: string, path: string): string | undefined {
    const volume = [...this.#pool.volumes.values()].find(({ bricks }) =>
      bricks.some((brick) => brick.host === host && brick.path === path),
    );
    return volume?.options['auth.allow'];
  }

  disks(volume: string): HostedDisks {
    const disks = this.disksOf(volume);
    const kept = this.keptOf(volume);
    const toDisk = (name: string) => {
      const disk = disks.get(name);
      return disk === undefined ? undefined : { name, size: disk.size };
    };
    const { files } = this;
    const step = (name: string) => this.before(name);
    const snapshots = this.#hosted(volume);
    return {
      async list(call) {
        await step('list');
        const listed = [...disks.keys()].sort().map((name) => ({ name, size: disks.get(name)?.size ?? 0n }));
        return { disks: listed, snapshots: await snapshots.list(call) };
      },
      find: async (name) => toDisk(name),
      async make({ name, size }, _call, fill) {
        await step('make');
        const half = `.gluster-csi/making/${name}/disk`;
        files.make(volume, half, fill?.size ?? size);
        await fill?.from(half);
        await step('rename');
        if (disks.has(name)) throw new Fault('conflict', `${name} is there`);
        files.get({ volume, path: half }).size = size;
        files.rename(volume, half, `${name}/disk`);
        disks.set(name, { size });
      },
      async grow({ name, size }) {
        await step('grow');
        const disk = disks.get(name);
        if (disk === undefined) throw new Fault('not-found', `${name} is not there`);
        if (size <= disk.size) return;
        disk.size = size;
        files.get({ volume, path: `${name}/disk` }).size = size;
      },
      async remove(name) {
        await step('remove');
        disks.delete(name);
        kept.delete(name);
        files.remove(volume, `${name}/disk`);
      },
      async metadata(name) {
        const found = kept.get(name);
        return found === undefined || found.state === 'taken-back' ? undefined : found.metadata;
      },
      kept: async (name) => kept.get(name),
      async keep(name, value) {
        await step(value?.state === 'deleting' ? 'mark' : 'keep metadata');
        if (value === undefined) kept.delete(name);
        else kept.set(name, value);
      },
      async claim(name, value) {
        await step(value.state === 'taken-back' ? 'take back' : 'keep metadata');
        if (kept.has(name)) return false;
        kept.set(name, value);
        return true;
      },
      snapshots,
      totalBytes: async () => 10n << 30n,
    };
  }

  lioDisks(volume: string): LioDisks {
    const disks = this.disks(volume);
    const toLio = (disk: HostedDisk) => ({
      ...disk,
      stateText: this.disksOf(volume).get(disk.name)?.exportState,
    });
    return {
      ...disks,
      async list(call) {
        const held = await disks.list(call);
        return { ...held, disks: held.disks.map(toLio) };
      },
      async find(name, call) {
        const disk = await disks.find(name, call);
        return disk === undefined ? undefined : toLio(disk);
      },
    };
  }

  #hosted(volume: string): HostedSnapshots {
    const kept = this.snapshotsOf(volume);
    const { files } = this;
    const step = (name: string) => this.before(name);
    return {
      list: async () => [...kept.keys()].sort().flatMap((name) => kept.get(name) ?? []),
      find: async (name) => kept.get(name),
      async make(name, size, copy) {
        await step('make snapshot');
        const half = `.gluster-csi/making/${name}/disk`;
        files.make(volume, half, size);
        const made = await copy(half);
        await step('rename snapshot');
        if (kept.has(name)) throw new Fault('conflict', `${name} is there`);
        files.rename(volume, half, `.gluster-csi/snapshots/${name}/disk`);
        kept.set(name, made);
        return made;
      },
      async keep(snapshot) {
        await step('keep snapshot');
        kept.set(snapshot.name, snapshot);
      },
      async remove(name) {
        await step('remove snapshot');
        kept.delete(name);
        files.remove(volume, `.gluster-csi/snapshots/${name}/disk`);
      },
      overwrite: async () => undefined,
    };
  }
}
