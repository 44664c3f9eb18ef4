import type { Call } from '../control/call.ts';

/** One line of /proc/self/mountinfo (proc(5)), its escapes decoded. */
export interface Mount {
  readonly id: number;
  /** "major:minor" of the file system. The same for all binds of one client. */
  readonly device: string;
  /** The directory of the file system that is mounted here. */
  readonly root: string;
  readonly target: string;
  /** Per-mount options: `ro`, `nosuid`, … */
  readonly options: readonly string[];
  readonly fsType: string;
  /** For fuse.glusterfs: `server:/volume`, with a sub-directory mounted `server:/volume/dir/dir`. */
  readonly source: string;
  readonly superOptions: readonly string[];
}

export interface GlusterMount {
  /** The volfile server, then its stand-ins; no server twice (a repeated one breaks mounts). */
  readonly servers: readonly string[];
  readonly volume: string;
  /** The directory of the volume that is mounted in place of its root, `dir/dir`; absent: the root. */
  readonly subdirectory?: string;
  readonly target: string;
  /** Allow-listed options of mount.glusterfs. */
  readonly options: readonly string[];
  /** A device is made of a file in it, which stays with this very client: no other may ever take its place. */
  readonly isPinned?: true;
}

export interface FileSystemUsage {
  readonly totalBytes: bigint;
  readonly availableBytes: bigint;
  readonly usedBytes: bigint;
  readonly totalInodes: bigint;
  readonly freeInodes: bigint;
}

export type PathState = 'directory' | 'other' | 'absent' | 'dead' | 'offline' | 'hung';

/**
 * The machine, as the node service needs it. No method of it touches a volume's path with node:fs (a dead
 * FUSE mount blocks Node's file threads): facts come from mountinfo, the rest runs in a child with a deadline.
 * Implemented by `host/linux-host.ts` and in memory (`test/fakes`). Every method may throw `timed-out`.
 */
export interface Host {
  /**
   * All mounts where volumes are or may be used, oldest first; of several at one target the last one is on top. A
   * mount that serves as the source of binds alone is left out.
   */
  mounts(): Promise<readonly Mount[]>;
  /**
   * Mounts a Gluster volume. Success only once it is in mountinfo and its root answers; a failure leaves nothing
   * mounted and no client, or is `uncertain`. Throws `unreachable`, with the client's own reason, `not-found` when
   * the servers have no such volume, `invalid` for an option or a server that is not allowed.
   */
  mountGluster(mount: GlusterMount, call: Call): Promise<void>;
  /** Binds `source` at `target`, read-only if asked: seen by nobody in between as writable. */
  bind(source: string, target: string, options: { readonly: boolean }, call: Call): Promise<void>;
  /** Unmounts what is on top of the target. Not mounted is success; a dead or busy mount is detached (MNT_DETACH). */
  unmount(target: string, call: Call): Promise<void>;
  /** Makes the directory and its parents; there already is success. Throws `conflict` when something else is there. */
  makeDirectory(path: string, call: Call): Promise<void>;
  /** Removes the directory when empty and not a mount; absent is success. Throws `wrong-state` when it is not empty. */
  removeDirectory(path: string, call: Call): Promise<void>;
  /**
   * What is at the path: asked past the kernel's caches, in a child with a short deadline. `dead`: the FUSE client
   * is gone (ENOTCONN and the like); `offline`: it lives and has lost its servers; `hung`: no answer.
   */
  probe(path: string, call: Call): Promise<PathState>;
  /** statfs in a child. Throws `not-found` when the path does not exist, `unreachable` when the mount is dead. */
  usage(path: string, call: Call): Promise<FileSystemUsage>;
  /**
   * The directories that are the bricks of the Gluster volume mounted at the path, as its client knows them, of
   * servers that are away too. Throws `unreachable` when they cannot be told.
   */
  bricks(path: string, call: Call): Promise<readonly string[]>;
}
