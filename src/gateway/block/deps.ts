import type { Call } from '../../control/call.ts';
import type { KeyedQueues } from '../../control/queues.ts';
import type { Semaphore } from '../../control/semaphore.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import type { BrickPort } from './ask-brick.ts';
import type { BrickFiles } from './brick-files.ts';
import type { HostedDisk, HostedDisks, HostedFiles, HostingMounts } from './hosting-mounts.ts';

/** What hosting volumes of any provider need of this server beside `gluster`. */
export interface HostingParts<Files> {
  readonly mounts: HostingMounts<Files>;
  /** See `ask-brick.ts`. */
  readonly brickAllows: (brick: BrickPort, directory: string, call: Call) => Promise<boolean | undefined>;
  /** Milliseconds in which bricks must go by a change of access; a tenth of a second is usual. */
  readonly confirmMs: number;
  /** By hosting volume: from the look at its room until what takes it is there, no other look. */
  readonly rooms: KeyedQueues;
}

/** What block volumes of provider virtblock need. */
export interface BlockParts extends HostingParts<HostedDisks> {
  /** Of this server's bricks. */
  readonly files: BrickFiles;
  /** One permit: requests that find no room wait for the hosting volume that another of them is making. */
  readonly making: Semaphore;
}

/** What makes block volumes of files; no two of them share a hosting volume. */
export type BlockProvider = 'virtblock' | 'gluster-block' | 'lio';

/** What choosing, making and deleting hosting volumes takes. */
export interface HostingDeps<Disk extends HostedDisk = HostedDisk>
  extends VolumeDeps,
    HostingParts<HostedFiles<Disk>> {
  readonly provider: BlockProvider;
}

/** What the verbs on block volumes of provider virtblock work with. */
export interface BlockDeps extends HostingDeps, BlockParts {
  readonly mounts: HostingMounts;
}

/** The lock key of a block volume. */
export function blockKey(name: string): string {
  return `block volume ${name}`;
}
