import type { Call } from '../../control/call.ts';
import type { Semaphore } from '../../control/semaphore.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import type { BrickPort } from './ask-brick.ts';
import type { BrickFiles } from './brick-files.ts';
import type { HostingMounts } from './hosting-mounts.ts';

/** What block volumes need of this server beside `gluster`. */
export interface BlockParts {
  readonly mounts: HostingMounts;
  /** Of this server's bricks. */
  readonly files: BrickFiles;
  /** See `ask-brick.ts`. */
  readonly brickAllows: (brick: BrickPort, directory: string, call: Call) => Promise<boolean | undefined>;
  /** Milliseconds in which bricks must go by a change of access; a tenth of a second is usual. */
  readonly confirmMs: number;
  /** One permit: requests that find no room wait for the hosting volume that another of them is making. */
  readonly making: Semaphore;
}

/** What the verbs on block volumes work with. */
export interface BlockDeps extends VolumeDeps, BlockParts {}

/** The lock key of a block volume. */
export function blockKey(name: string): string {
  return `block volume ${name}`;
}
