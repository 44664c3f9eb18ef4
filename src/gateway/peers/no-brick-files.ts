import { Fault } from '../../control/fault.ts';
import type { BrickFiles } from '../block/brick-files.ts';

/** A server that serves no block volumes. */
export const noBrickFiles: BrickFiles = { look: refuse, clone: refuse, digest: refuse, spread: refuse };

async function refuse(): Promise<never> {
  throw new Fault('unsupported', 'this server serves no block volumes');
}
