import type { Call } from '../../src/control/call.ts';
import { Fault } from '../../src/control/fault.ts';
import type { Content, DeviceMount, FsType } from '../../src/staging/block/block-host.ts';
import type { FileSystemUsage, Mount } from '../../src/staging/host.ts';
import type {
  IscsiDisk,
  IscsiHost,
  IscsiSession,
  Login,
  LunMap,
} from '../../src/staging/iscsi/iscsi-host.ts';
import { isOfMap } from '../../src/staging/iscsi/lun-mount.ts';
import { MemoryHost } from './memory-host.ts';
import { MemorySessions, toDisk } from './memory-sessions.ts';
import type { MemoryTarget, MemoryTargets } from './memory-targets.ts';

interface Multipath {
  readonly wwid: string;
  readonly number: number;
  readonly target: MemoryTarget;
  bytes: bigint;
  /** It waited for its paths long enough; its file system gives errors until it is mounted anew. */
  hasFailed: boolean;
}

/**
 * A machine in memory with iSCSI sessions and multipath devices. A device works while one of its sessions does, and
 * queues otherwise. What would destroy or lose data is a bug, and thrown: a second file system of a disk that is
 * mounted, a logout below a mounted file system.
 */
export class MemoryIscsiHost extends MemoryHost implements IscsiHost {
  readonly kept: MemorySessions;
  #maps: readonly Multipath[] = [];
  readonly #hidden = new Set<string>();
  readonly notes = new Map<string, string>();
  isMultipathdRunning = true;

  constructor(targets: MemoryTargets, initiator?: string) {
    super([]);
    this.kept = new MemorySessions(targets, initiator);
  }

  /** What of iSCSI there is on the machine. */
  get leftovers(): readonly string[] {
    const maps = this.#maps.map(({ wwid }) => `map ${wwid}`);
    return [...this.kept.leftovers, ...maps, ...this.notes.keys()].sort();
  }

  /** As after an outage that was longer than the device queues. */
  giveUp(): void {
    for (const map of this.#maps) if (!this.#works(map)) map.hasFailed = true;
  }

  hideUse(wwid: string): Disposable {
    this.#hidden.add(wwid);
    return { [Symbol.dispose]: () => void this.#hidden.delete(wwid) };
  }

  async initiator(): Promise<string | undefined> {
    return this.kept.initiator;
  }

  readNote(path: string, call: Call): Promise<string | undefined> {
    return this.step('readNote', call, () => this.notes.get(path));
  }

  writeNote(path: string, text: string, call: Call): Promise<void> {
    return this.step('writeNote', call, () => void this.notes.set(path, text));
  }

  removeNote(path: string, call: Call): Promise<void> {
    return this.step('removeNote', call, () => void this.notes.delete(path));
  }

  sessions(iqn: string, call: Call): Promise<readonly IscsiSession[]> {
    return this.step('sessions', call, () =>
      this.kept.with(iqn).map((session) => ({
        portal: session.portal,
        isLoggedIn: this.kept.isLoggedIn(session),
        disks: [toDisk(session)],
      })),
    );
  }

  logIn(login: Login, call: Call): Promise<void> {
    return this.step('logIn', call, () => this.kept.logIn(login));
  }

  logOut({ iqn, portal }: { readonly iqn: string; readonly portal?: string }, call: Call): Promise<void> {
    return this.step('logOut', call, () => {
      const map = this.#maps.find(({ target }) => target.iqn === iqn);
      const rest = this.kept.with(iqn).filter((one) => portal !== undefined && one.portal !== portal);
      if (map !== undefined && rest.length === 0 && this.#works(map) && this.#isMounted(map)) {
        throw new Error(`logout below a mounted file system of ${iqn}`);
      }
      this.kept.logOut(iqn, portal);
    });
  }

  rescan(iqn: string, call: Call): Promise<void> {
    return this.step('rescan', call, () => {
      for (const session of this.kept.with(iqn)) session.bytes = session.target.disk.bytes;
    });
  }

  maps(call: Call): Promise<readonly LunMap[]> {
    return this.step('maps', call, () => this.#maps.map((map) => this.#toMap(map)));
  }

  makeMap(disks: readonly IscsiDisk[], call: Call): Promise<LunMap> {
    return this.step('makeMap', call, () => {
      if (!this.isMultipathdRunning) throw new Fault('unreachable', 'multipathd does not run on this node');
      const [first] = disks;
      const session = this.kept.by(first?.device);
      if (first === undefined || session === undefined) throw new Fault('unreachable', 'no disk is there');
      const found = this.#maps.find(({ wwid }) => wwid === first.wwid);
      if (found !== undefined) return this.#toMap(found);
      const number = this.#maps.reduce((most, one) => Math.max(most, one.number + 1), 0);
      const { target, bytes } = session;
      const made = { wwid: first.wwid, number, target, bytes, hasFailed: false };
      this.#maps = [...this.#maps, made];
      return this.#toMap(made);
    });
  }

  removeMap(wwid: string, call: Call): Promise<boolean> {
    return this.step('removeMap', call, () => {
      const map = this.#maps.find((one) => one.wwid === wwid);
      if (map === undefined) return true;
      if (this.#hidden.has(wwid) || this.#isMounted(map)) return false;
      this.#maps = this.#maps.filter((one) => one !== map);
      return true;
    });
  }

  growMap(wwid: string, call: Call): Promise<bigint> {
    return this.step('growMap', call, () => {
      const map = this.#maps.find((one) => one.wwid === wwid);
      if (map === undefined) throw new Fault('not-found', `there is no map ${wwid}`);
      const known = this.kept.with(map.target.iqn).map(({ bytes }) => bytes);
      map.bytes = known.reduce((least, bytes) => (bytes < least ? bytes : least), known[0] ?? map.bytes);
      return map.bytes;
    });
  }

  lunContent(device: string, call: Call): Promise<Content> {
    return this.step('lunContent', call, () => this.#getWorking(device).target.disk.content);
  }

  override bind(source: string, target: string, options: { readonly: boolean }, call: Call): Promise<void> {
    if (!source.startsWith('/dev/mapper/')) return super.bind(source, target, options, call);
    return this.step('bind', call, () => {
      if (!this.files.has(target)) throw new Fault('unreachable', `${target} does not exist`);
      const root = `/dm-${this.#getWorking(source).number}`;
      const shown = { fsType: 'devtmpfs', source: 'devtmpfs', superOptions: ['rw'] };
      this.push({ ...shown, device: '0:6', root, target, options: ['rw', 'nosuid'] });
    });
  }

  override async usage(path: string, call: Call): Promise<FileSystemUsage> {
    const usage = await super.usage(path, call);
    const map = this.#mapAt(path);
    return map === undefined ? usage : { ...usage, totalBytes: map.target.disk.fileSystemBytes };
  }

  makeFile(path: string, call: Call): Promise<void> {
    return this.step('makeFile', call, () => {
      if (this.paths.includes(path) && !this.files.has(path))
        throw new Fault('conflict', `${path} is a directory`);
      this.files.add(path);
    });
  }

  removeFile(path: string, call: Call): Promise<void> {
    return this.step('removeFile', call, () => {
      if (this.topAt(path) !== undefined) throw new Fault('wrong-state', `${path} is a mount point`);
      this.files.delete(path);
    });
  }

  format(device: string, fsType: FsType, call: Call): Promise<void> {
    return this.step('format', call, () => {
      const { target } = this.#getWorking(device);
      const { disk } = target;
      if (disk.content === 'xfs' || disk.content === 'ext4')
        throw new Error(`${target.iqn} holds a file system`);
      Object.assign(disk, { content: fsType, fileSystemBytes: disk.bytes, formatted: disk.formatted + 1 });
    });
  }

  check(device: string, _: FsType, call: Call): Promise<void> {
    return this.step('check', call, () => {
      if (this.#getWorking(device).target.disk.isDamaged)
        throw new Fault('wrong-state', `${device} is damaged`);
    });
  }

  mountDevice({ device, fsType, target, options }: DeviceMount, call: Call): Promise<void> {
    return this.step('mountDevice', call, () => {
      const map = this.#getWorking(device);
      const { disk } = map.target;
      if (disk.content !== fsType || disk.isDamaged) throw new Fault('wrong-state', `${device} is damaged`);
      if (this.table.some((mount) => mount.device === numberOf(map)))
        throw new Error(`${device} is mounted twice`);
      const mode = options.includes('ro') ? 'ro' : 'rw';
      const kept = options.filter((one) => one !== 'ro' && one !== 'rw');
      const shown = { options: [mode, ...kept, 'relatime'], superOptions: [mode] };
      map.hasFailed = false;
      this.push({ device: numberOf(map), root: '/', target, fsType, source: device, ...shown });
    });
  }

  growFileSystem({ device }: Omit<DeviceMount, 'options'>, call: Call): Promise<void> {
    return this.step('growFileSystem', call, () => {
      const map = this.#getWorking(device);
      map.target.disk.fileSystemBytes = map.bytes;
    });
  }

  unmountWritten(target: string, call: Call): Promise<void> {
    return this.step('unmountWritten', call, () => {
      const map = this.#mapAt(target);
      if (map !== undefined && !this.#works(map) && !map.hasFailed) {
        throw new Fault('timed-out', `${target} does not end`);
      }
      this.pop(target);
    });
  }

  probeFileSystem(target: string, call: Call): Promise<'live' | 'failed' | 'hung'> {
    return this.step('probeFileSystem', call, () => {
      const map = this.#mapAt(target);
      if (map === undefined) throw new Fault('busy', `nothing is mounted at ${target}`);
      if (map.hasFailed) return 'failed';
      return this.#works(map) ? 'live' : 'hung';
    });
  }

  #works({ target }: Multipath): boolean {
    return this.kept.with(target.iqn).some((session) => this.kept.isLoggedIn(session));
  }

  #toMap(map: Multipath): LunMap {
    const paths = this.kept.with(map.target.iqn).map(({ device }) => device);
    const { wwid, bytes } = map;
    return { device: deviceOf(map), node: `dm-${map.number}`, number: numberOf(map), wwid, bytes, paths };
  }

  #getWorking(device: string): Multipath {
    const map = this.#maps.find((one) => deviceOf(one) === device);
    if (map !== undefined && this.#works(map)) return map;
    throw new Fault('unreachable', `${device} cannot be read`);
  }

  #isMounted(map: Multipath): boolean {
    return this.table.some((mount) => isOfMap(mount, this.#toMap(map)));
  }

  #mapAt(target: string): Multipath | undefined {
    const top: Mount | undefined = this.topAt(target);
    return this.#maps.find((map) => top !== undefined && isOfMap(top, this.#toMap(map)));
  }
}

function deviceOf({ wwid }: Multipath): string {
  return `/dev/mapper/${wwid}`;
}

function numberOf({ number }: Multipath): string {
  return `253:${number}`;
}
