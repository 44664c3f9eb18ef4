import type { Call } from '../control/call.ts';
import type { InUse } from '../host/client-cgroup.ts';
import type { MountNamespace } from '../host/namespaces.ts';
import type { RemountFunction } from '../host/remount.ts';
import type { Mount, PathState } from '../staging/host.ts';
import type { ClientRecord } from './client-record.ts';

/** `clients/<id>`. */
export interface ClientDirectory {
  readonly id: string;
  /** Undefined: half made, or of a later release. */
  readonly record: ClientRecord | undefined;
}

/**
 * The machine, as the mounter needs it. Each method that changes something is one step, after which the mounter may
 * be killed; what it did is seen in `directories`, `mounts` and `clients`, and nothing else is state. Implemented by
 * `linux-machine.ts` and in memory (`test/fakes`).
 */
export interface Machine {
  /** Where the client of this id and record has its mount point. Touches nothing. */
  mountPointOf(id: string, record: Pick<ClientRecord, 'target'> | undefined): string;
  directories(): Promise<readonly ClientDirectory[]>;
  /**
   * Makes the client's directory, its mount point and its record, or replaces the record: after a power cut there is
   * the old or the new one. Throws `exhausted` when the disk is full.
   */
  writeRecord(id: string, record: ClientRecord): Promise<void>;
  /** Absent is success. Throws `wrong-state` while something is mounted in it. */
  removeDirectory(id: string, call: Call): Promise<void>;

  /** The living clients: mount point → process id. */
  clients(): Promise<ReadonlyMap<string, number>>;
  /** Starts a client on its mount point, in a cgroup of its own, and looks at it, as `Host.mountGluster` promises. */
  startClient(id: string, record: ClientRecord, call: Call): Promise<void>;
  /** Kills the client on this mount point, if that is this process. */
  killClient(pid: number, mountPoint: string): Promise<void>;
  /** Removes the cgroups without processes, save those of the clients that are being started. */
  removeEmptyGroups(inUse: InUse): Promise<void>;

  /** Of our own namespace, oldest first. */
  mounts(): Promise<readonly Mount[]>;
  /** Of PID 1's namespace: the host's, where we may see its processes, else our own. */
  hostMounts(): Promise<readonly Mount[]>;
  /** All mount namespaces that can be seen, PID 1's first. */
  namespaces(): Promise<readonly MountNamespace[]>;
  /** Undefined: the process has gone. */
  mountsOf(pid: number): Promise<readonly Mount[] | undefined>;
  /** Whether the namespaces of all pods can be seen. */
  hasHostPids(): Promise<boolean>;
  /** Binds a client's mount point at a target. */
  bind(source: string, target: string, call: Call): Promise<void>;
  /** As `Host.unmount`. */
  unmount(target: string, call: Call): Promise<void>;
  /** As `Host.probe`. */
  probe(path: string, call: Call): Promise<PathState>;
  readonly remount: RemountFunction;
}
