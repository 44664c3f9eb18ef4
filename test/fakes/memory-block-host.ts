import { posix } from 'node:path';
import type { Call } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';
import type {
  BlockHost,
  Content,
  DeviceMount,
  Disk,
  FsType,
  LoopDevice,
} from '../../src/staging/block/block-host.ts';
import type { FileSystemUsage, PathState } from '../../src/staging/host.ts';
import { type MemoryDisk, newDisk } from './memory-disk.ts';
import { MemoryHost } from './memory-host.ts';
import { isOf, type Loop, newLoop, numberOf, toDevice } from './memory-loop.ts';

/**
 * A machine in memory with loop devices: a device keeps the client of its file alive, is in use as long as its file
 * system or its node is mounted, and dies with that client. Two file systems of one disk are a bug, and thrown.
 */
export class MemoryBlockHost extends MemoryHost implements BlockHost {
  readonly #disks = new Map<string, MemoryDisk>();
  readonly #loops = new Map<number, Loop>();
  /** Processes in containers that nobody here sees use the device. */
  readonly #hidden = new Set<string>();
  #isForgetful = false;

  addDisk(volume: string, name: string, bytes: bigint): MemoryDisk {
    this.makeInVolume(volume, name);
    const disk = newDisk(bytes);
    this.#disks.set(`${volume}/${name}`, disk);
    return disk;
  }

  /** The loop devices that there are. */
  get devices(): readonly string[] {
    return [...this.#loops.keys()].map((number) => `/dev/loop${number}`).sort();
  }

  /** As after an outage in which the file system could not write. */
  failFileSystem(target: string): void {
    const loop = this.#loopAt(target);
    if (loop !== undefined) loop.hasFailed = true;
  }

  /** As after a new start of the node's container: which file a device has, its client alone can tell. */
  forgetNamespace(): void {
    this.#isForgetful = true;
  }

  /** Somebody takes the device away and makes one of another disk, which has its path then. */
  replaceDevice(device: string, otherFile: string): void {
    const loop = this.#get(device);
    this.#loops.set(numberOf(device), newLoop({ ...loop, file: otherFile, client: 'another' }));
  }

  loseDirect(device: string): void {
    this.#get(device).isDirect = false;
  }

  hideUse(device: string): Disposable {
    this.#hidden.add(device);
    return { [Symbol.dispose]: () => void this.#hidden.delete(device) };
  }

  override async bind(
    source: string,
    target: string,
    options: { readonly: boolean },
    call: Call,
  ): Promise<void> {
    const [, name] = /^\/dev\/(loop\d+)$/.exec(source) ?? [];
    if (name === undefined) return super.bind(source, target, options, call);
    return this.step('bind', call, () => {
      if (!this.files.has(target)) throw new Fault('unreachable', `${target} does not exist`);
      this.#get(source);
      const node = {
        device: '0:6',
        root: `/${name}`,
        fsType: 'devtmpfs',
        source: 'devtmpfs',
        superOptions: ['rw'],
      };
      this.push({ ...node, target, options: ['rw', 'nosuid'] });
    });
  }

  override unmount(target: string, call: Call): Promise<void> {
    return super.unmount(target, call).finally(() => this.#settle());
  }

  override probe(path: string, call: Call): Promise<PathState> {
    const disk = this.#diskBeside(path);
    if (disk === undefined) return super.probe(path, call);
    return this.step('probe', call, () => (disk.files.has(posix.basename(path)) ? 'other' : 'absent'));
  }

  override async usage(path: string, call: Call): Promise<FileSystemUsage> {
    const usage = await super.usage(path, call);
    const loop = this.#loopAt(path);
    if (loop === undefined) return usage;
    if (!this.#isAlive(loop)) throw new Fault('unreachable', `${path} gives errors`);
    return { ...usage, totalBytes: loop.disk.fileSystemBytes };
  }

  makeFile(path: string, call: Call): Promise<void> {
    return this.step('makeFile', call, () => {
      if (this.paths.includes(path) && !this.files.has(path))
        throw new Fault('conflict', `${path} is a directory`);
      (this.#diskBeside(path)?.files ?? this.files).add(this.#diskBeside(path) ? posix.basename(path) : path);
    });
  }

  removeFile(path: string, call: Call): Promise<void> {
    return this.step('removeFile', call, () => {
      if (this.topAt(path) !== undefined) throw new Fault('wrong-state', `${path} is a mount point`);
      const disk = this.#diskBeside(path);
      if (disk !== undefined) return void disk.files.delete(posix.basename(path));
      if (this.paths.includes(path) && !this.files.has(path))
        throw new Fault('wrong-state', `${path} is a directory`);
      this.files.delete(path);
    });
  }

  loops(file: string, call: Call): Promise<readonly LoopDevice[]> {
    return this.step('loops', call, () => {
      const client = this.topAt(posix.dirname(file))?.device;
      return [...this.#loops]
        .filter(([, loop]) => loop.file === file && loop.client === client)
        .filter(() => !this.#isForgetful || this.serviceOf(file) === 'live')
        .map(toDevice);
    });
  }

  loopAt({ device, file }: Disk, call: Call): Promise<LoopDevice | undefined> {
    return this.step('loopAt', call, () => {
      const loop = this.#loops.get(numberOf(device));
      const client = this.topAt(posix.dirname(file))?.device;
      const isOthers = client !== undefined && loop?.client !== client;
      return loop === undefined || loop.file !== file || (isOthers && this.#isAlive(loop))
        ? undefined
        : toDevice([numberOf(device), loop]);
    });
  }

  attachLoop(file: string, { readonly }: { readonly: boolean }, call: Call): Promise<LoopDevice> {
    return this.step('attachLoop', call, () => {
      const disk = this.#diskBeside(file);
      const client = this.topAt(posix.dirname(file))?.device;
      if (disk === undefined || client === undefined)
        throw new Fault('unreachable', `${file} does not exist`);
      if (this.serviceOf(file) !== 'live') throw new Fault('unreachable', `${file} cannot be opened`);
      let number = 0;
      while (this.#loops.has(number)) number += 1;
      const loop = newLoop({ disk, file, client, isReadonly: readonly });
      this.#loops.set(number, loop);
      return toDevice([number, loop]);
    });
  }

  detachLoop({ path, sequence }: Pick<LoopDevice, 'path' | 'sequence'>, call: Call): Promise<boolean> {
    return this.step('detachLoop', call, () => {
      const loop = this.#loops.get(numberOf(path));
      if (loop?.sequence !== sequence) return true;
      loop.isGoing = true;
      this.#settle();
      return !this.#loops.has(numberOf(path));
    });
  }

  deviceBytes(device: string, call: Call): Promise<bigint> {
    return this.step('deviceBytes', call, () => this.#get(device).disk.bytes);
  }

  growLoop({ device }: Disk, call: Call): Promise<bigint> {
    return this.step('growLoop', call, () => this.#get(device).disk.bytes);
  }

  content({ device }: Disk, call: Call): Promise<Content> {
    return this.step('content', call, () => {
      this.#requireAlive(device);
      return this.#get(device).disk.content;
    });
  }

  format(device: string, fsType: FsType, call: Call): Promise<void> {
    return this.step('format', call, () => {
      this.#requireAlive(device);
      const { disk, isReadonly } = this.#get(device);
      if (isReadonly) throw new Error(`${device} is read-only and was to be formatted`);
      Object.assign(disk, { content: fsType, fileSystemBytes: disk.bytes, formatted: disk.formatted + 1 });
    });
  }

  check(device: string, _: FsType, call: Call): Promise<void> {
    return this.step('check', call, () => {
      this.#requireAlive(device);
      if (this.#get(device).disk.isDamaged) throw new Fault('wrong-state', `${device} is damaged`);
    });
  }

  mountDevice({ device, fsType, target, options }: DeviceMount, call: Call): Promise<void> {
    return this.step('mountDevice', call, () => {
      this.#requireAlive(device);
      const loop = this.#get(device);
      if (loop.disk.content !== fsType || loop.disk.isDamaged)
        throw new Fault('wrong-state', `${device} is damaged`);
      const mode = options.includes('ro') ? 'ro' : 'rw';
      if (loop.isReadonly && mode === 'rw') throw new Fault('unreachable', `${device} is read-only`);
      this.#refuseSecond(loop);
      const kept = options.filter((one) => one !== 'ro' && one !== 'rw');
      const number = `7:${numberOf(device)}`;
      const shown = { options: [mode, ...kept, 'relatime'], superOptions: [mode] };
      this.push({ device: number, root: '/', target, fsType, source: device, ...shown });
    });
  }

  growFileSystem({ device }: Omit<DeviceMount, 'options'>, call: Call): Promise<void> {
    return this.step('growFileSystem', call, () => {
      this.#requireAlive(device);
      const { disk } = this.#get(device);
      disk.fileSystemBytes = disk.bytes;
    });
  }

  async unmountWritten(target: string, call: Call): Promise<void> {
    await this.step('unmountWritten', call, () => {
      const loop = this.#loopAt(target);
      if (loop !== undefined && this.clientsOf.get(loop.client)?.state === 'hung') {
        throw new Fault('timed-out', `${target} does not end`);
      }
      this.pop(target);
      this.#settle();
    });
  }

  probeFileSystem(target: string, call: Call): Promise<'live' | 'failed' | 'hung'> {
    return this.step('probeFileSystem', call, () => {
      const loop = this.#loopAt(target);
      if (loop === undefined) throw new Fault('busy', `nothing is mounted at ${target}`);
      if (this.clientsOf.get(loop.client)?.state === 'hung') return 'hung';
      return this.#isAlive(loop) && !loop.hasFailed ? 'live' : 'failed';
    });
  }

  protected override isHeld(device: string): boolean {
    return [...this.#loops.values()].some((loop) => loop.client === device);
  }

  /** Devices that were told to go do so when nothing uses them, and their clients with them. */
  #settle(): void {
    for (const [number, { isGoing, client }] of this.#loops) {
      const isHidden = this.#hidden.has(`/dev/loop${number}`);
      if (!isGoing || isHidden || this.table.some((mount) => isOf(mount, number))) continue;
      this.#loops.delete(number);
      this.endIfUnused(client);
    }
  }

  #refuseSecond({ disk }: Loop): void {
    const mounted = [...this.#loops].filter(([number, other]) => {
      return (
        other.disk === disk &&
        this.#isAlive(other) &&
        this.table.some(({ device }) => device === `7:${number}`)
      );
    });
    if (mounted.length > 0) throw new Error('two file systems of one disk: it is destroyed');
  }

  #get(device: string): Loop {
    const loop = this.#loops.get(numberOf(device));
    if (loop === undefined) throw new Fault('not-found', `${device} has no file`);
    return loop;
  }

  #requireAlive(device: string): void {
    if (!this.#isAlive(this.#get(device))) throw new Fault('unreachable', `${device} gives errors`);
  }

  #isAlive({ client }: Loop): boolean {
    const found = this.clientsOf.get(client);
    return found !== undefined && found.state !== 'dead';
  }

  #loopAt(target: string): Loop | undefined {
    const top = this.topAt(target);
    const number = [...this.#loops.keys()].find((one) => top !== undefined && isOf(top, one));
    return number === undefined ? undefined : this.#loops.get(number);
  }

  /** Of a path that lies in a mounted directory of a block volume. */
  #diskBeside(path: string): MemoryDisk | undefined {
    const client = this.clientsOf.get(this.topAt(posix.dirname(path))?.device ?? '');
    return this.#disks.get(`${client?.volume}/${client?.subdirectory}`);
  }
}
