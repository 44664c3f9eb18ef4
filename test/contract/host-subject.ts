import type { Host, Mount } from '../../src/staging/host.ts';

/** A machine to hold against the promises of the Host port. */
export interface HostSubject extends AsyncDisposable {
  readonly host: Host;
  /** An empty directory. */
  readonly folder: string;
  readonly servers: readonly string[];
  /** Two volumes that are started. */
  readonly volumes: readonly [string, string];
  /** False when the file system there is read-only. */
  writeFile(path: string): Promise<boolean>;
  /** What becomes of the glusterfs client that is mounted at the target. */
  setClient(target: string, state: 'killed' | 'suspended' | 'resumed'): Promise<void>;
  setVolume(name: string, state: 'started' | 'stopped'): Promise<void>;
  /** Where the bricks of the first volume are on their servers. */
  readonly bricks: readonly string[];
}

/** A subject at work: what the parts of the suite do with it. */
export interface HostWork {
  readonly subject: () => HostSubject;
  /** The mounts below the subject's folder. */
  readonly ours: () => Promise<readonly Mount[]>;
  readonly at: (target: string) => Promise<Mount>;
  readonly newPath: () => string;
  readonly newDirectory: () => Promise<string>;
  readonly mount: (options?: readonly string[], volume?: string) => Promise<string>;
  readonly bind: (source: string, readonly: boolean) => Promise<string>;
}
