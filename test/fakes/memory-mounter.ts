import { setImmediate as turn } from 'node:timers/promises';
import { Fault } from '../../src/control/fault.ts';
import type { MountNamespace } from '../../src/host/namespaces.ts';
import type { Remount, RemountOutcome } from '../../src/host/remount.ts';
import type { ClientRecord } from '../../src/mounter/client-record.ts';
import type { Machine } from '../../src/mounter/machine.ts';
import type { Mount, PathState } from '../../src/staging/host.ts';

/** The mounter was killed: nothing that it still does has any effect. */
export class Killed extends Error {}

type ClientState = 'live' | 'dead' | 'hung' | 'offline';
interface Client {
  readonly mountPoint: string;
  readonly device: string;
  readonly pid: number;
  readonly source: string;
  state: ClientState;
  /** It runs, and has not mounted so far. */
  isMounting: boolean;
}
interface Directory {
  record?: ClientRecord;
  hasMountPoint: boolean;
}
interface Namespace extends MountNamespace {
  mounts: Mount[];
}

const CLIENTS = '/plugin/clients';
const HOST = 1;

/**
 * A machine in memory: directories that outlive everything, mounts in several namespaces, clients that serve their
 * file system until its last mount is gone. A mounter on it may be killed before any of its steps; what it had done,
 * and what it had set off, stays.
 */
export class MemoryMachine {
  readonly directories = new Map<string, Directory>();
  readonly namespaces: Namespace[] = [{ ...named(HOST), isOwn: true, isInit: true, mounts: [] }];
  readonly clients: Client[] = [];
  /** The servers answer nobody: no client can be started. */
  isCutOff = false;
  isDiskFull = false;
  /** Processes in whose namespaces no mount can be replaced. */
  readonly stuck = new Set<number>();
  /** Devices on which files are open: their clients go on without any mount, until the files are closed. */
  readonly #open = new Set<string>();
  #next = 100;

  /** Of the host. */
  get mounts(): readonly Mount[] {
    return this.#of(HOST).mounts;
  }

  /** A pod's container, which has the mount at the host's path at `/data`. */
  startContainer(path: string, uid = '00000000-0000-0000-0000-000000000000'): number {
    const pid = this.#id();
    const source = this.#top(this.#of(HOST), path);
    if (source === undefined) throw new Error(`nothing is mounted at ${path}`);
    const hosts = { device: '8:1', root: `/pods/${uid}/etc-hosts`, target: '/etc/hosts', fsType: 'ext4' };
    const mounts = [
      { ...source, ...hosts, id: this.#id() },
      { ...source, id: this.#id(), target: '/data' },
    ];
    this.namespaces.push({ ...named(pid), isOwn: false, isInit: false, mounts });
    return pid;
  }

  endContainer(pid: number): void {
    const at = this.namespaces.findIndex((one) => one.pid === pid);
    this.namespaces.splice(at, 1);
    this.#endUnused();
  }

  mountsOf(pid: number): readonly Mount[] {
    return this.#of(pid).mounts;
  }

  /** What kubelet and node service do: a bind of what is at `source`. */
  bind(source: string, target: string): void {
    const top = this.#top(this.#of(HOST), source);
    if (top === undefined) throw new Fault('unreachable', `${source} does not exist`);
    this.#of(HOST).mounts.push({ ...top, id: this.#id(), target });
  }

  unmount(target: string): void {
    const { mounts } = this.#of(HOST);
    const at = mounts.findLastIndex((mount) => mount.target === target);
    if (at >= 0) mounts.splice(at, 1);
    this.#endUnused();
  }

  /** The client that serves what is mounted there. */
  clientAt(target: string, pid = HOST): Client | undefined {
    const device = this.#top(this.#of(pid), target)?.device;
    return this.clients.find((client) => client.device === device);
  }

  /** A program opens a file there. Killing its client is an outage from then on. */
  openFile(target: string): Client {
    const client = this.clientAt(target);
    if (client === undefined) throw new Error(`no client serves ${target}`);
    this.#open.add(client.device);
    return client;
  }

  closeFiles(): void {
    this.#open.clear();
    this.#endUnused();
  }

  setClient(target: string, state: ClientState): void {
    const client = this.clientAt(target);
    if (client === undefined) throw new Error(`no client serves ${target}`);
    client.state = state;
  }

  /** As a client does on SIGTERM: it takes its own mount away, and dies under the others. */
  terminate(target: string): void {
    const client = this.clientAt(target);
    if (client === undefined) throw new Error(`no client serves ${target}`);
    client.state = 'dead';
    this.unmount(client.mountPoint);
  }

  /** A mounter's view, which is cut off before the step of this number, counted from 1. `steps` tells how many. */
  mounter(killedBefore = Number.POSITIVE_INFINITY): Machine & { readonly steps: () => number } {
    let steps = 0;
    let isKilled = false;
    const check = () => {
      if (isKilled) throw new Killed();
    };
    const step = async () => {
      await turn();
      steps += 1;
      isKilled ||= steps >= killedBefore;
      check();
    };
    const looking = async <T>(value: () => T): Promise<T> => {
      await turn();
      check();
      return value();
    };
    return {
      steps: () => steps,
      mountPointOf,
      directories: () => looking(() => [...this.directories].map(([id, { record }]) => ({ id, record }))),
      writeRecord: (id, record) => this.#writeRecord(id, record, step),
      removeDirectory: (id) => this.#removeDirectory(id, step),
      clients: () =>
        looking(() => {
          const living = this.clients.filter(({ state }) => state !== 'dead');
          return new Map(living.map(({ mountPoint, pid }) => [mountPoint, pid]));
        }),
      startClient: (id, record) => this.#startClient(id, record, step),
      killClient: async (pid) => {
        await step();
        const at = this.clients.findIndex((client) => client.pid === pid);
        if (at >= 0) this.clients.splice(at, 1);
      },
      removeEmptyGroups: step,
      mounts: () => looking(() => [...this.mounts]),
      hostMounts: () => looking(() => [...this.mounts]),
      namespaces: () => looking(() => [...this.namespaces]),
      mountsOf: (pid) => looking(() => this.namespaces.find((one) => one.pid === pid)?.mounts.slice()),
      hasHostPids: async () => true,
      bind: async (source, target) => {
        await step();
        this.bind(source, target);
      },
      unmount: async (target) => {
        await step();
        this.unmount(target);
      },
      probe: (path) => looking(() => this.#probe(path)),
      remount: (remount) => this.#remount(remount, step),
    };
  }

  async #writeRecord(id: string, record: ClientRecord, step: () => Promise<void>): Promise<void> {
    await step();
    if (this.isDiskFull) throw new Fault('exhausted', 'the disk is full');
    const directory = this.directories.get(id) ?? { hasMountPoint: false };
    this.directories.set(id, directory);
    await step();
    directory.record = record;
    await step();
    directory.hasMountPoint = true;
  }

  async #removeDirectory(id: string, step: () => Promise<void>): Promise<void> {
    await step();
    const directory = this.directories.get(id);
    if (directory === undefined) return;
    if (this.#top(this.#of(HOST), mountPointOf(id)) !== undefined) {
      throw new Fault('wrong-state', `${id} is a mount point`);
    }
    directory.hasMountPoint = false;
    await step();
    delete directory.record;
    await step();
    this.directories.delete(id);
  }

  async #startClient(id: string, record: ClientRecord, step: () => Promise<void>): Promise<void> {
    await step();
    if (this.isCutOff) throw new Fault('unreachable', 'glusterd answers on none');
    const number = this.#id();
    const source = `${record.servers[0]}:/${record.volume}`;
    const mountPoint = mountPointOf(id);
    const device = `0:${number}`;
    const client: Client = { mountPoint, device, pid: number, source, state: 'live', isMounting: true };
    this.clients.push(client);
    await step();
    this.#mount(client);
    await step();
  }

  /** Clients go on by themselves, whatever became of the mounter that started them. */
  finishMounting(): void {
    for (const client of this.clients.filter(({ isMounting }) => isMounting)) this.#mount(client);
  }

  async #remount({ pid, mount, source, mode }: Remount, step: () => Promise<void>): Promise<RemountOutcome> {
    await step();
    const { mounts } = this.#of(pid);
    const at = mounts.findIndex(({ id }) => id === mount.id);
    const old = mounts[at];
    if (old === undefined || old.device !== mount.device) return 'changed';
    if (this.stuck.has(pid)) throw new Fault('wrong-state', 'other mounts lie inside');
    const from = this.#top(this.#of(HOST), source);
    if (from === undefined || this.#stateOf(from.device) !== 'live')
      throw new Fault('unreachable', 'no source');
    if (mode === 'dead' && this.#stateOf(old.device) !== 'dead') return 'alive';
    if (mounts.findLast(({ target }) => target === old.target) !== old) return 'changed';
    const isBeneath = mounts[at - 1]?.device === from.device && mounts[at - 1]?.target === old.target;
    if (!isBeneath)
      mounts.splice(at, 0, { ...old, id: this.#id(), device: from.device, source: from.source });
    await step();
    mounts.splice(mounts.indexOf(old), 1);
    this.#endUnused();
    return 'replaced';
  }

  #probe(path: string): PathState {
    const top = this.#top(this.#of(HOST), path);
    if (top === undefined) return 'absent';
    const state = this.#stateOf(top.device);
    return state === 'live' ? 'directory' : state;
  }

  #stateOf(device: string): ClientState {
    return this.clients.find((client) => client.device === device)?.state ?? 'dead';
  }

  #mount(client: Client): void {
    const { device, mountPoint: target, source } = client;
    const place = { id: this.#id(), device, root: '/', target };
    const served = { options: ['rw', 'relatime'], fsType: 'fuse.glusterfs', source, superOptions: [] };
    this.#of(HOST).mounts.push({ ...place, ...served });
    client.isMounting = false;
  }

  /** A client ends with the last mount of its file system. */
  #endUnused(): void {
    const used = new Set(this.namespaces.flatMap(({ mounts }) => mounts.map(({ device }) => device)));
    for (const client of [...this.clients]) {
      if (!used.has(client.device) && !this.#open.has(client.device) && !client.isMounting)
        this.clients.splice(this.clients.indexOf(client), 1);
    }
  }

  #of(pid: number): Namespace {
    const found = this.namespaces.find((one) => one.pid === pid);
    if (found === undefined) throw new Error(`there is no process ${pid}`);
    return found;
  }

  #top({ mounts }: Namespace, target: string): Mount | undefined {
    return mounts.findLast((mount) => mount.target === target);
  }

  #id(): number {
    this.#next += 1;
    return this.#next;
  }
}

function mountPointOf(id: string): string {
  return `${CLIENTS}/${id}/mount`;
}

function named(pid: number): Pick<MountNamespace, 'pid' | 'namespace'> {
  return { pid, namespace: `mnt:[${pid}]` };
}
