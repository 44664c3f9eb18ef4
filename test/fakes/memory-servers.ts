import { Fault } from '../../src/control/fault.ts';
import { KeyedLocks } from '../../src/control/locks.ts';
import { accountOf } from '../../src/gateway/account-of.ts';
import { EventRing } from '../../src/gateway/event-ring.ts';
import type { HomeServer } from '../../src/gateway/peers/home-server.ts';
import { createLocalServer } from '../../src/gateway/peers/local-server.ts';
import type { StorageServer } from '../../src/gateway/peers/storage-server.ts';
import { Tokens } from '../../src/gateway/tokens.ts';
import { deleteHere } from '../../src/gateway/volumes/delete-marked.ts';
import type { VolumeDeps } from '../../src/gateway/volumes/deps.ts';
import { exchangeHere } from '../../src/gateway/volumes/exchange-record.ts';
import { MemoryBricks } from './memory-bricks.ts';
import { createMemoryGluster, MemoryPool } from './memory-gluster.ts';
import { MemoryRestoreStore } from './memory-restore-store.ts';
import { MemorySnapshotStore } from './memory-snapshot-store.ts';

interface MemoryServer {
  readonly id: string;
  readonly host: string;
  readonly bricks: MemoryBricks;
  readonly snapshots: MemorySnapshotStore;
  readonly restores: MemoryRestoreStore;
  tokens: Tokens;
  locks: KeyedLocks;
  zone: string | undefined;
}

/**
 * What happens to a coordinator at one of its steps: the step is not done, or done and its reply lost; or the
 * whole coordinator dies before or after it, and nothing that it still tries has any effect.
 */
export interface Accident {
  readonly at: number;
  readonly kind: 'fail-before' | 'fail-after' | 'die-before' | 'die-after';
}

/** Storage servers in memory, and coordinators on them whose every step towards glusterd and servers can fail. */
export class MemoryServers {
  readonly pool = new MemoryPool();
  readonly servers: MemoryServer[] = [];

  constructor(count: number, deviceBytes = 100n << 30n) {
    for (let index = 1; index <= count; index += 1) {
      const { id, host } = this.pool.addPeer(`s${index}`);
      const bricks = new MemoryBricks();
      bricks.put('/srv/dev', deviceBytes);
      bricks.put('/srv/thin', deviceBytes, 'lvm');
      const snapshots = new MemorySnapshotStore(bricks);
      const restores = new MemoryRestoreStore(bricks, snapshots);
      restores.isServed = ({ volume }) => this.pool.volumes.get(volume)?.state === 'Started';
      const process = { tokens: new Tokens(), locks: new KeyedLocks() };
      this.servers.push({ id, host, bricks, snapshots, restores, ...process, zone: undefined });
    }
    this.pool.hasDirectory = (peerId, path) => this.#byId(peerId).bricks.hasDirectory(path);
  }

  /** A gateway on that server; `restart` gives the server a new process, which knows of no create. */
  coordinator(index: number, options: { accident?: Accident; restart?: boolean } = {}) {
    const server = this.at(index);
    if (options.restart === true) {
      server.tokens = new Tokens();
      server.locks = new KeyedLocks();
      server.snapshots.restart();
    }
    const steps = new Steps(options.accident);
    const gluster = steps.through('gluster', createMemoryGluster(this.pool, server.id));
    const seen = this.servers.map((one) =>
      steps.through(one.host, this.#toStorageServer(one, one === server)),
    );
    const deps: VolumeDeps = {
      gluster,
      pool: {
        selfId: async () => server.id,
        servers: async () => seen,
        async server(peerId) {
          const found = seen.find((one) => one.peerId === peerId);
          if (found === undefined) throw new Fault('not-found', 'peer not found');
          return found;
        },
        forget: () => undefined,
        identity: () => ({ peerId: server.id, clusterId: 'pool' }),
      },
      tokens: server.tokens,
      locks: server.locks,
      accessOptions: {},
      optionMs: 1,
      accountOf,
      noticeReset: () => undefined,
      notify: () => undefined,
    };
    return { deps, steps };
  }

  at(index: number): MemoryServer {
    const server = this.servers[index];
    if (server === undefined) throw new Error(`there is no server ${index}`);
    return server;
  }

  /** Everything that exists, in a form that two runs can be compared by. */
  summary() {
    const volumes = [...this.pool.volumes.values()].map(({ name, state, options, bricks }) => ({
      name,
      state,
      options,
      bricks: bricks.map(({ host, path }) => `${host}:${path}`).sort(),
    }));
    const bricks = this.servers.flatMap(({ host, bricks: store }) =>
      [...store.stored.values()].map(({ path, state, dataBytes }) => `${host}:${path} ${state} ${dataBytes}`),
    );
    return { volumes, bricks: bricks.sort() };
  }

  #byId(id: string): MemoryServer {
    const server = this.servers.find((one) => one.id === id);
    if (server === undefined) throw new Error(`there is no server ${id}`);
    return server;
  }

  /** The gateway of that server, without steps of the one that asks. */
  #toHome(server: MemoryServer): HomeServer {
    const deps = () => this.coordinator(this.servers.indexOf(server)).deps;
    return {
      exchangeRecord: (exchange, call) => exchangeHere(deps(), exchange, call),
      deleteMarked: (marked, call) => deleteHere(deps(), marked, call),
    };
  }

  #toStorageServer(server: MemoryServer, isSelf: boolean): StorageServer {
    const { host, tokens, zone, bricks, snapshots, restores } = server;
    const stores = { bricks, snapshots, restores };
    const parts = { hostname: host, zone, deviceRoots: ['/srv'], ...stores, tokens, events: new EventRing() };
    const local = createLocalServer(server.id, parts);
    const peer = this.pool.peerOf(host);
    const requireUp = () => {
      if (!peer.connected) throw new Fault('unreachable', `server ${host} is down`);
    };
    return {
      ...local,
      get snapshots() {
        requireUp();
        return local.snapshots;
      },
      ...(isSelf ? {} : { home: this.#toHome(server) }),
      isSelf,
      get isConnected() {
        return peer.connected;
      },
      report: async (volume, call) => {
        requireUp();
        return local.report(volume, call);
      },
    };
  }
}

/** Counts the steps of one coordinator and lets the planned one go wrong. */
export class Steps {
  readonly names: string[] = [];
  readonly #accident: Accident | undefined;
  #isDead = false;

  constructor(accident: Accident | undefined) {
    this.#accident = accident;
  }

  /** The same object, each of its methods a step. */
  through<T extends object>(subject: string, target: T): T {
    return new Proxy(target, {
      get: (object, name, receiver) => {
        const value: unknown = Reflect.get(object, name, receiver);
        if (isObject(value)) return this.through(`${subject}.${String(name)}`, value);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          this.#step(`${subject}.${String(name)}`, () => value.apply(object, args));
      },
    });
  }

  async #step(name: string, work: () => unknown): Promise<unknown> {
    if (this.#isDead) throw new Fault('uncertain', 'this coordinator is dead');
    const isIt = this.#accident?.at === this.names.length;
    const kind = isIt ? this.#accident?.kind : undefined;
    this.names.push(name);
    if (kind === 'die-before') this.#isDead = true;
    if (kind === 'fail-before' || kind === 'die-before') throw new Fault('uncertain', `${name} failed`);
    const result = await work();
    if (kind === 'die-after') this.#isDead = true;
    if (kind !== undefined) throw new Fault('uncertain', `the reply of ${name} was lost`);
    return result;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
