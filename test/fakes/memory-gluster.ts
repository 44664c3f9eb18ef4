import { randomUUID } from 'node:crypto';
import { Fault } from '../../src/control/fault.ts';
import type {
  Gluster,
  GlusterBrickStatus,
  GlusterCreate,
  GlusterSnapshot,
  GlusterSnapshots,
  GlusterTask,
  GlusterVolume,
} from '../../src/gateway/gluster-cli/gluster.ts';
import { memorySnapshots } from './memory-gluster-snapshots.ts';

interface MemoryPeer {
  readonly id: string;
  readonly host: string;
  connected: boolean;
}

/** One trusted pool in memory: what all its glusterds agree on, with the rules that the real ones enforce. */
export class MemoryPool {
  readonly peers: MemoryPeer[] = [];
  readonly volumes = new Map<string, GlusterVolume>();
  readonly snapshots = new Map<string, GlusterSnapshot>();
  /** Clients of each started volume. */
  readonly clients = new Map<string, { kind: string; count: number }[]>();
  /** What moves files of volumes. */
  readonly tasks = new Map<string, GlusterTask>();
  /** Bricks whose process is down, as `peerId:path`. */
  readonly downBricks = new Set<string>();
  /** How often a brick's process was started anew, by its path. */
  readonly restarts = new Map<string, number>();
  /** Is the directory there? Asked for each brick of a create. */
  hasDirectory: (peerId: string, path: string) => boolean = () => true;
  /** Commands in the order given, for tests that count them. */
  readonly commands: string[] = [];

  readonly #awaited = new Map<string, () => void>();

  note(command: string): void {
    this.commands.push(command);
    this.#awaited.get(command)?.();
  }

  /** Resolves when the command is given the next time. */
  reached(command: string): Promise<void> {
    return new Promise((resolve) => this.#awaited.set(command, resolve));
  }

  addPeer(host: string): MemoryPeer {
    const peer = { id: randomUUID(), host, connected: true };
    this.peers.push(peer);
    return peer;
  }

  peerOf(host: string): MemoryPeer {
    const peer = this.peers.find((one) => one.host === host);
    if (peer === undefined) throw new Fault('invalid', `Host ${host} is not in 'Peer in Cluster' state`);
    return peer;
  }

  get(name: string): GlusterVolume {
    const volume = this.volumes.get(name);
    if (volume === undefined) throw new Fault('not-found', `volume ${name} does not exist`);
    return volume;
  }

  requireConnected(peerIds: readonly string[]): void {
    const down = this.peers.find((peer) => peerIds.includes(peer.id) && !peer.connected);
    if (down !== undefined) throw new Fault('unreachable', `host ${down.host} is not connected`);
  }
}

/** The `gluster` command on one server of the pool. */
export function createMemoryGluster(pool: MemoryPool, selfId: string): Gluster {
  return { ...queries(pool, selfId), ...changes(pool, selfId), ...memorySnapshots(pool) };
}

type Queries = Pick<
  Gluster,
  'pool' | 'volumes' | 'volume' | 'status' | 'tasks' | 'clients' | 'healSummary' | 'options' | 'version'
>;

function queries(pool: MemoryPool, selfId: string): Queries {
  const command = (name: string) => pool.note(name);
  return {
    async pool() {
      command('pool list');
      return pool.peers.map((peer) => ({
        id: peer.id,
        host: peer.id === selfId ? 'localhost' : peer.host,
        connected: peer.id === selfId || peer.connected,
      }));
    },
    async volumes() {
      command('volume info');
      return [...pool.volumes.values()];
    },
    async volume(name) {
      command('volume info');
      return pool.volumes.get(name);
    },
    async status(name) {
      command('volume status');
      const volume = pool.get(name);
      if (volume.state !== 'Started') throw new Fault('wrong-state', `volume ${name} is not started`);
      return volume.bricks.map((brick) => toStatus(pool, brick));
    },
    async tasks(name) {
      command('volume status tasks');
      const task = pool.tasks.get(pool.get(name).name);
      return task === undefined ? [] : [task];
    },
    async clients(name) {
      command('volume status clients');
      return pool.get(name).state === 'Started' ? (pool.clients.get(name) ?? []) : [];
    },
    async healSummary(name) {
      return pool.get(name).bricks.map(({ host, path, peerId }) => ({
        hostId: peerId,
        name: `${host}:${path}`,
        status: 'Connected',
        total: 0,
        pending: 0,
        splitBrain: 0,
        possiblyHealing: undefined,
      }));
    },
    async options(name, option) {
      const set = pool.get(name).options;
      const all = Object.entries({ 'cluster.eager-lock': 'on', ...set }).map(([key, value]) => ({
        name: key,
        value,
        isDefault: !Object.hasOwn(set, key),
      }));
      const found = option === undefined ? all : all.filter((one) => one.name === option);
      if (found.length === 0) throw new Fault('invalid', `option ${option} does not exist`);
      return found;
    },
    version: async () => '10.3',
  };
}

function toStatus(pool: MemoryPool, brick: GlusterVolume['bricks'][number]): GlusterBrickStatus {
  const peer = pool.peers.find(({ id }) => id === brick.peerId);
  const online = peer?.connected === true && !pool.downBricks.has(`${brick.peerId}:${brick.path}`);
  const { host, path, peerId } = brick;
  const sizes = { sizeTotal: 1000n, sizeFree: 900n, device: '/dev/loop0', fsType: 'xfs', mountOptions: 'rw' };
  const pid = online ? 1 + (pool.restarts.get(path) ?? 0) : 0;
  return { host, path, peerId, online, pid, port: online ? 49_152 : 0, ...sizes };
}

type Changes = Omit<Gluster, keyof Queries | keyof GlusterSnapshots>;

function changes(pool: MemoryPool, selfId: string): Changes {
  const command = (name: string) => pool.note(name);
  const replace = (name: string, change: Partial<GlusterVolume>) =>
    void pool.volumes.set(name, { ...pool.get(name), ...change });
  return {
    async create(create) {
      command('volume create');
      return makeVolume(pool, create);
    },
    async set(name, options) {
      command('volume set');
      for (const [key, value] of Object.entries(options)) checkOption(key, value);
      replace(name, { options: { ...pool.get(name).options, ...options } });
    },
    async reset(name, option) {
      command('volume reset');
      const { [option]: old, ...rest } = pool.get(name).options;
      if (old === undefined) throw new Fault('invalid', `option ${option} is not set`);
      replace(name, { options: rest });
    },
    async start(name, { force }) {
      command(force ? 'volume start force' : 'volume start');
      for (const { peerId, path } of pool.get(name).bricks) {
        if (!force && !pool.hasDirectory(peerId, path))
          throw new Fault('wrong-state', `failed to find brick directory ${path}`);
      }
      replace(name, { state: 'Started' });
      if (force)
        for (const { peerId, path } of pool.get(name).bricks) pool.downBricks.delete(`${peerId}:${path}`);
    },
    async heal(name) {
      command('volume heal');
      pool.get(name);
    },
    async stop(name) {
      command('volume stop');
      if (pool.get(name).state === 'Started') replace(name, { state: 'Stopped' });
    },
    async delete(name) {
      command('volume delete');
      const volume = pool.volumes.get(name);
      if (volume === undefined) return;
      if (volume.state === 'Started') throw new Fault('wrong-state', `volume ${name} is started`);
      if (volume.snapshotCount > 0) throw new Fault('wrong-state', `volume ${name} has snapshots`);
      pool.requireConnected(pool.peers.map(({ id }) => id));
      pool.volumes.delete(name);
    },
    async addBricks(name, _replica, bricks) {
      command('volume add-brick');
      const volume = pool.get(name);
      const added = bricks.map(({ host, path }) => ({
        host,
        path,
        peerId: pool.peerOf(host).id,
        arbiter: false,
      }));
      const count = volume.distributeCount + added.length / (volume.bricks.length / volume.distributeCount);
      replace(name, { bricks: [...volume.bricks, ...added], distributeCount: count });
    },
    async probe(host) {
      if (pool.peers.some((peer) => peer.host === host))
        throw new Fault('conflict', `${host} is a peer already`);
      pool.addPeer(host);
    },
    async detach(host) {
      const { id } = pool.peerOf(host);
      const isUsed = [...pool.volumes.values()].some(({ bricks }) =>
        bricks.some(({ peerId }) => peerId === id),
      );
      if (isUsed || id === selfId) throw new Fault('wrong-state', `${host} has bricks`);
      pool.peers.splice(
        pool.peers.findIndex((peer) => peer.id === id),
        1,
      );
    },
  };
}

/** As glusterd 10 does: a value of 4200 bytes or a newline would be its end. */
function checkOption(key: string, value: string): void {
  if (value.includes('\n') || Buffer.byteLength(value) > 4080) throw new Error(`glusterd died of ${key}`);
  if (key.startsWith('nosuch.')) throw new Fault('invalid', `option : ${key} does not exist`);
  if (value === 'bad') throw new Fault('invalid', `${key} has a bad value`);
}

function makeVolume(pool: MemoryPool, create: GlusterCreate): string {
  if (pool.volumes.has(create.name)) throw new Fault('conflict', `Volume ${create.name} already exists`);
  const perSet = Math.max(create.replica, create.disperse, 1);
  const bricks = create.bricks.map(({ host, path }, index) => ({
    host,
    path,
    peerId: pool.peerOf(host).id,
    arbiter: create.arbiter === 1 && index % perSet === perSet - 1,
  }));
  pool.requireConnected(bricks.map(({ peerId }) => peerId));
  for (const brick of bricks) requireFree(pool, brick);
  if (bricks.length % perSet !== 0) throw new Fault('invalid', 'number of bricks is not a multiple');
  const id = randomUUID();
  pool.volumes.set(create.name, {
    id,
    name: create.name,
    state: 'Created',
    distributeCount: bricks.length / perSet,
    replicaCount: Math.max(create.replica, 1),
    arbiterCount: create.arbiter,
    disperseCount: create.disperse,
    redundancyCount: create.redundancy,
    transport: 'tcp',
    bricks,
    options: {},
    snapshotCount: 0,
  });
  return id;
}

function requireFree(pool: MemoryPool, brick: { peerId: string; path: string; host: string }): void {
  const isUsed = [...pool.volumes.values()].some((volume) =>
    volume.bricks.some(({ peerId, path }) => peerId === brick.peerId && path === brick.path),
  );
  if (isUsed) throw new Fault('invalid', `${brick.host}:${brick.path} is already part of a volume`);
  if (!pool.hasDirectory(brick.peerId, brick.path)) {
    throw new Fault('invalid', `brick directory ${brick.path} does not exist`);
  }
}
