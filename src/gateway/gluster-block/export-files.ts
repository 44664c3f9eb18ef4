import type { Call } from '../../control/call.ts';
import type { HostedDisk, HostedFiles } from '../block/hosting-mounts.ts';
import type { Declaration } from './declaration.ts';
import type { ExportMeta } from './export-meta.ts';

/**
 * A block volume of gluster-block as its hosting volume has it: declared by us, or known to gluster-block, or both.
 * Its size is what may become of its file. A backing file that belongs to none is listed too, under a name that
 * begins with a dot: it takes room, and keeps its hosting volume from being deleted.
 */
export interface HostedExport extends HostedDisk {
  /** Undefined for one that was made by hand. */
  readonly declaration: Declaration | undefined;
  /** Undefined while gluster-block does not have it. */
  readonly meta: ExportMeta | undefined;
}

/** What gluster-block has on one hosting volume, and what we keep beside it. Faults as with `HostedFiles`. */
export interface ExportFiles extends HostedFiles<HostedExport> {
  find(name: string, call: Call): Promise<HostedExport | undefined>;
  /** Throws `conflict` when there is one of the name. */
  declare(name: string, declaration: Declaration, call: Call): Promise<void>;
  /** In place of the one that is there. */
  redeclare(name: string, declaration: Declaration, call: Call): Promise<void>;
  /** Absent is success. */
  forget(name: string, call: Call): Promise<void>;
  /** gluster-block has written nothing of it for some minutes: nobody works on it. */
  isQuiet(name: string, call: Call): Promise<boolean>;
  /** Bytes of a file in /block-store, undefined when there is none. */
  storageSize(file: string, call: Call): Promise<bigint | undefined>;
  /** Removes one of two names of the same file. Throws `wrong-state` when it is a file of its own; absent is success. */
  dropName(file: string, keep: string, call: Call): Promise<void>;
  /** Removes a file of /block-store, and what is in it; absent is success. */
  removeStorage(file: string, call: Call): Promise<void>;
}
