import { posix } from 'node:path';
import type { Call } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';
import type { BlockHost } from '../../src/staging/block/block-host.ts';
import type { FileSystemUsage, GlusterMount, Host, Mount, PathState } from '../../src/staging/host.ts';
import type { IscsiHost } from '../../src/staging/iscsi/iscsi-host.ts';
import { FaultInjector } from './fault-injector.ts';

type ClientState = 'live' | 'dead' | 'hung';
export interface Client {
  readonly volume: string;
  readonly subdirectory: string | undefined;
  state: ClientState;
}
interface MemoryVolume {
  isStarted: boolean;
  /** All below its root. */
  readonly directories: Set<string>;
  bricks: readonly string[];
}
/** Those of a block driver's machine too (`memory-block-host.ts`, `memory-iscsi-host.ts`). */
type Step = Exclude<keyof BlockHost | keyof IscsiHost, 'mounts'>;
/** The second `unmount` since the injector was reset is `unmount/2`. */
export type HostPoint = `${Step}/${number}`;

const GIB = 1024n ** 3n;
const USAGE: FileSystemUsage = {
  totalBytes: GIB,
  availableBytes: GIB - 4096n,
  usedBytes: 4096n,
  totalInodes: 1000n,
  freeInodes: 999n,
};
const KERNEL_OPTIONS = ['nodev', 'noexec', 'nosuid', 'noatime'];

/**
 * A machine in memory with a mount table as Linux keeps it: mounts stack, binds share the device of what they are
 * made of, a FUSE client may die or stall under its mounts and ends with the last of them. It mounts the Gluster
 * volumes that it was given.
 */
export class MemoryHost implements Host {
  injector = new FaultInjector<HostPoint>();
  #calls = new Map<Step, number>();
  readonly #volumes: Map<string, MemoryVolume>;
  /** By the device of their file systems. */
  protected readonly clientsOf = new Map<string, Client>();
  readonly #directories = new Set<string>(['/']);
  protected readonly files = new Set<string>();
  #mounts: readonly Mount[] = [];
  #nextId = 100;

  constructor(volumes: readonly string[]) {
    this.#volumes = new Map(
      volumes.map((name) => [name, { isStarted: true, directories: new Set(), bricks: [`/srv/${name}`] }]),
    );
  }

  async mounts(): Promise<readonly Mount[]> {
    return this.#mounts;
  }

  mountGluster(mount: GlusterMount, call: Call): Promise<void> {
    return this.step('mountGluster', call, () => {
      const volume = this.#volumes.get(mount.volume);
      if (volume === undefined) throw new Fault('not-found', `no volume ${mount.volume}`);
      if (!volume.isStarted) throw new Fault('unreachable', `bricks of ${mount.volume} do not run`);
      const { subdirectory } = mount;
      if (subdirectory !== undefined && !volume.directories.has(subdirectory)) {
        throw new Fault('not-found', `no directory ${subdirectory} in ${mount.volume}`);
      }
      this.#requireDirectory(mount.target);
      const device = `0:${this.#nextId}`;
      this.clientsOf.set(device, { volume: mount.volume, subdirectory, state: 'live' });
      const mode = mount.options.includes('ro') ? 'ro' : 'rw';
      this.push({
        device,
        root: '/',
        target: mount.target,
        options: [mode, ...mount.options.filter((option) => KERNEL_OPTIONS.includes(option)), 'relatime'],
        fsType: 'fuse.glusterfs',
        source: [`${mount.servers[0]}:`, mount.volume, ...(subdirectory?.split('/') ?? [])].join('/'),
        superOptions: [mode, 'allow_other'],
      });
    });
  }

  bind(source: string, target: string, options: { readonly readonly: boolean }, call: Call): Promise<void> {
    return this.step('bind', call, () => {
      if (!this.files.has(source) || !this.files.has(target)) {
        this.#requireDirectory(source);
        this.#requireDirectory(target);
      }
      const top = this.topAt(source) ?? rootOf(source);
      const kept = top.options.filter((option) => !options.readonly || option !== 'rw');
      this.push({ ...top, target, options: options.readonly ? [...new Set(['ro', ...kept])] : kept });
    });
  }

  unmount(target: string, call: Call): Promise<void> {
    return this.step('unmount', call, () => this.pop(target));
  }

  makeDirectory(path: string, call: Call): Promise<void> {
    return this.step('makeDirectory', call, () => {
      const lineage = lineageOf(path);
      if (lineage.some((one) => this.files.has(one))) throw new Fault('conflict', `${path} is no directory`);
      for (const one of lineage) {
        this.#directories.add(one);
        this.#addToVolume(one);
      }
    });
  }

  removeDirectory(path: string, call: Call): Promise<void> {
    return this.step('removeDirectory', call, () => {
      if (this.files.has(path)) throw new Fault('wrong-state', `${path} is no directory`);
      if (this.topAt(path) !== undefined) throw new Fault('wrong-state', `${path} is a mount point`);
      if (this.paths.some((one) => one.startsWith(`${path}/`))) {
        throw new Fault('wrong-state', `${path} is not empty`);
      }
      this.#directories.delete(path);
    });
  }

  probe(path: string, call: Call): Promise<PathState> {
    return this.step('probe', call, () => {
      const state = this.serviceOf(path);
      if (state !== 'live') return state;
      if (this.topAt(path) !== undefined || this.#directories.has(path)) return 'directory';
      return this.files.has(path) ? 'other' : 'absent';
    });
  }

  usage(path: string, call: Call): Promise<FileSystemUsage> {
    return this.step('usage', call, () => {
      const state = this.serviceOf(path);
      if (state === 'hung') throw new Fault('timed-out', `${path} does not answer`);
      if (state !== 'live') throw new Fault('unreachable', `the mount at ${path} is ${state}`);
      if (!this.paths.includes(path)) throw new Fault('not-found', `${path} does not exist`);
      return USAGE;
    });
  }

  bricks(path: string, call: Call): Promise<readonly string[]> {
    return this.step('bricks', call, () => {
      const state = this.serviceOf(path);
      if (state === 'hung') throw new Fault('timed-out', `${path} does not answer`);
      const volume = this.#volumes.get(this.clientsOf.get(this.topAt(path)?.device ?? '')?.volume ?? '');
      if (volume === undefined || state === 'dead')
        throw new Fault('unreachable', `no client serves ${path}`);
      return volume.bricks;
    });
  }

  /** All directories and files outside of mounts. */
  get paths(): readonly string[] {
    return [...this.#directories, ...this.files].sort();
  }

  /** Clients that run or whose dead mounts are left. */
  get clients(): number {
    return this.clientsOf.size;
  }

  /** Starts a new count of steps, and plans nothing. */
  resetInjector(): void {
    this.injector = new FaultInjector();
    this.#calls = new Map();
  }

  /** Writes a file. False when what is mounted there is read-only. */
  writeFile(path: string): boolean {
    const cover = lineageOf(path)
      .reverse()
      .map((one) => this.topAt(one))
      .find((one) => one !== undefined);
    if (cover === undefined) this.files.add(path);
    return cover?.options.includes('ro') !== true;
  }

  setVolume(name: string, state: 'started' | 'stopped'): void {
    this.#volume(name).isStarted = state === 'started';
  }

  setBricks(name: string, bricks: readonly string[]): void {
    this.#volume(name).bricks = bricks;
  }

  /** Makes directories of a volume, as some client of it did. */
  makeInVolume(name: string, path: string): void {
    for (const one of lineageOf(`/${path}`)) this.#volume(name).directories.add(one.slice(1));
  }

  setClient(target: string, state: ClientState): void {
    const client = this.clientsOf.get(this.topAt(target)?.device ?? '');
    if (client === undefined) throw new Error(`no client serves ${target}`);
    client.state = state;
  }

  /** A mount that is not Gluster's. */
  mountOther(target: string): void {
    for (const one of lineageOf(target)) this.#directories.add(one);
    this.push({ ...rootOf(target), fsType: 'tmpfs', source: 'tmpfs' });
  }

  #volume(name: string): MemoryVolume {
    const volume = this.#volumes.get(name);
    if (volume === undefined) throw new Error(`there is no volume ${name}`);
    return volume;
  }

  protected get table(): readonly Mount[] {
    return this.#mounts;
  }

  protected pop(target: string): void {
    const top = this.topAt(target);
    this.#mounts = this.#mounts.filter((mount) => mount !== top);
    if (top !== undefined) this.endIfUnused(top.device);
  }

  /** A client ends with the last mount of its file system, and what else holds that. */
  protected endIfUnused(device: string): void {
    const isMounted = this.#mounts.some((mount) => mount.device === device);
    if (!isMounted && !this.isHeld(device)) this.clientsOf.delete(device);
  }

  protected isHeld(_device: string): boolean {
    return false;
  }

  /** A directory that is made below a mount is one of the volume. */
  #addToVolume(path: string): void {
    const cover = lineageOf(path)
      .toReversed()
      .map((one) => this.topAt(one))
      .find((one) => one !== undefined);
    const client = this.clientsOf.get(cover?.device ?? '');
    if (cover === undefined || client === undefined || cover.target === path) return;
    const below = path.slice(cover.target.length + 1);
    this.makeInVolume(client.volume, posix.join(client.subdirectory ?? '', below));
  }

  protected step<T>(step: Step, call: Call, work: () => T): Promise<T> {
    const count = (this.#calls.get(step) ?? 0) + 1;
    this.#calls.set(step, count);
    return this.injector.step(`${step}/${count}`, call, work);
  }

  protected push(mount: Omit<Mount, 'id'>): void {
    this.#mounts = [...this.#mounts, { ...mount, id: this.#nextId }];
    this.#nextId += 1;
  }

  protected topAt(target: string): Mount | undefined {
    return this.#mounts.findLast((mount) => mount.target === target);
  }

  #requireDirectory(path: string): void {
    if (this.topAt(path) === undefined && !this.#directories.has(path)) {
      throw new Fault('unreachable', `${path} does not exist`);
    }
  }

  protected serviceOf(path: string): ClientState | 'offline' {
    const cover = lineageOf(path)
      .reverse()
      .map((one) => this.topAt(one))
      .find((one) => one !== undefined);
    const client = this.clientsOf.get(cover?.device ?? '');
    if (client === undefined) return 'live';
    if (client.state !== 'live') return client.state;
    return this.#volumes.get(client.volume)?.isStarted === false ? 'offline' : 'live';
  }
}

/** `/a/b` is in /, /a and /a/b. */
function lineageOf(path: string): string[] {
  return path === '/' ? ['/'] : [...lineageOf(posix.dirname(path)), path];
}

function rootOf(path: string): Omit<Mount, 'id'> {
  return {
    device: '8:1',
    root: path,
    target: path,
    options: ['rw', 'relatime'],
    fsType: 'ext4',
    source: '/dev/sda1',
    superOptions: ['rw'],
  };
}
