import type { Call } from '../../control/call.ts';

export interface PoolPeer {
  readonly id: string;
  /** The name glusterd knows it by; "localhost" for this server. */
  readonly host: string;
  readonly connected: boolean;
}

export interface GlusterBrick {
  readonly host: string;
  readonly path: string;
  readonly peerId: string;
  readonly arbiter: boolean;
}

/** A volume as `gluster volume info --xml` tells it. */
export interface GlusterVolume {
  readonly id: string;
  readonly name: string;
  readonly state: 'Created' | 'Started' | 'Stopped';
  /** Number of brick sets. */
  readonly distributeCount: number;
  readonly replicaCount: number;
  readonly arbiterCount: number;
  readonly disperseCount: number;
  readonly redundancyCount: number;
  readonly transport: string;
  /** In volume order: the first `brickCount / distributeCount` make the first set. */
  readonly bricks: readonly GlusterBrick[];
  readonly options: Readonly<Record<string, string>>;
  readonly snapshotCount: number;
}

export interface GlusterCreate {
  readonly name: string;
  /** Copies in all, arbiter included (gluster's word); 0 or 1 for none. */
  readonly replica: number;
  readonly arbiter: 0 | 1;
  /** Bricks a set in all, redundancy included; 0 for none. */
  readonly disperse: number;
  readonly redundancy: number;
  readonly bricks: readonly { readonly host: string; readonly path: string }[];
  readonly force: boolean;
}

export interface GlusterBrickStatus {
  readonly host: string;
  readonly path: string;
  readonly peerId: string;
  readonly online: boolean;
  readonly pid: number;
  readonly port: number;
  readonly sizeTotal: bigint;
  readonly sizeFree: bigint;
  readonly device: string;
  readonly fsType: string;
  readonly mountOptions: string;
}

/** Work that moves a volume's files between its brick sets. */
export interface GlusterTask {
  /** Each start has another one. */
  readonly id: string;
  /** `rebalance` or `remove brick`. */
  readonly type: string;
  readonly isRunning: boolean;
}

export interface GlusterBrickHeal {
  readonly hostId: string;
  readonly name: string;
  readonly status: string;
  /** Undefined when the brick cannot be asked. */
  readonly total: number | undefined;
  readonly pending: number | undefined;
  readonly splitBrain: number | undefined;
  readonly possiblyHealing: number | undefined;
}

/** One of Gluster's own snapshots: thin logical volumes of a volume's bricks. */
export interface GlusterSnapshot {
  readonly name: string;
  /** Its source. */
  readonly volume: string;
  /** Gluster's name of the snapshot's own volume, with which the logical volumes begin. */
  readonly glusterName: string;
  readonly description: string;
  /** Milliseconds since the epoch, exact to the second. */
  readonly createdAt: number;
}

export interface GlusterSnapshots {
  /** Undefined when there is none. */
  snapshot(name: string, call: Call): Promise<GlusterSnapshot | undefined>;
  /** Throws `conflict` when the name is taken, `not-found` for the volume, `exhausted` at the volume's limit. */
  createSnapshot(
    snapshot: { readonly name: string; readonly volume: string; readonly description: string },
    call: Call,
  ): Promise<void>;
  /** Absent is success. */
  deleteSnapshot(name: string, call: Call): Promise<void>;
}

/**
 * The classic `gluster --xml --mode=script` command on this server. Results are read from opRet, opErrno and
 * opErrstr, never from the exit code. Every method may throw `unreachable` (glusterd does not answer, or a
 * peer that the command needs is down: the message names it), `busy` (another transaction), `timed-out`;
 * those that change something throw `uncertain` when they cannot tell whether it was done.
 */
export interface Gluster extends GlusterSnapshots {
  pool(call: Call): Promise<readonly PoolPeer[]>;
  volumes(call: Call): Promise<readonly GlusterVolume[]>;
  /** Undefined when there is no such volume. */
  volume(name: string, call: Call): Promise<GlusterVolume | undefined>;
  /** The new volume's id. Throws `conflict` when the name is taken, `invalid` with gluster's reason. */
  create(create: GlusterCreate, call: Call): Promise<string>;
  /** All in one command. Throws `not-found`, `invalid` with gluster's reason. */
  set(name: string, options: Readonly<Record<string, string>>, call: Call): Promise<void>;
  /** Throws `invalid` when the option does not exist or is not set. */
  reset(name: string, option: string, call: Call): Promise<void>;
  /** Already started is success. `force` starts bricks that are down. Throws `not-found`. */
  start(name: string, options: { readonly force: boolean }, call: Call): Promise<void>;
  /** Not started or already stopped is success. Throws `not-found`. */
  stop(name: string, call: Call): Promise<void>;
  /** Absent is success. Throws `wrong-state` while started or with snapshots. */
  delete(name: string, call: Call): Promise<void>;
  /** Bricks only, no self-heal daemons. Throws `not-found`, `wrong-state` when not started. */
  status(name: string, call: Call): Promise<readonly GlusterBrickStatus[]>;
  /**
   * The last one, which glusterd tells of until there is another, and any that was stopped and still moves a file. None of
   * a volume that is not started. Throws `not-found`.
   */
  tasks(name: string, call: Call): Promise<readonly GlusterTask[]>;
  /**
   * Connected clients by gluster's process name (`fuse`, `gfapi`, …), its own daemons (glustershd, rebalance,
   * …) left out. Empty when the volume is not started. Throws `not-found`.
   */
  clients(name: string, call: Call): Promise<readonly { readonly kind: string; readonly count: number }[]>;
  /** Has the self-heal daemons go through what is listed, or with `full` everything. Throws `unreachable` when they do not. */
  heal(name: string, options: { readonly full: boolean }, call: Call): Promise<void>;
  healSummary(name: string, call: Call): Promise<readonly GlusterBrickHeal[]>;
  addBricks(
    name: string,
    replica: number | undefined,
    bricks: readonly { host: string; path: string }[],
    force: boolean,
    call: Call,
  ): Promise<void>;
  /** All options or one. The value is empty when there is none. Throws `not-found`, `invalid` for an unknown option. */
  options(
    name: string,
    option: string | undefined,
    call: Call,
  ): Promise<readonly { readonly name: string; readonly value: string; readonly isDefault: boolean }[]>;
  /** Throws `conflict` when it is a peer already, `unreachable`. */
  probe(host: string, call: Call): Promise<void>;
  /** Throws `wrong-state` when it holds bricks, `not-found`. */
  detach(host: string, call: Call): Promise<void>;
  /** glusterd's version, "10.3". */
  version(call: Call): Promise<string>;
}
