import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { BlockVolume } from './block-backend.ts';
import type { LocatedBlock } from './block-clusters.ts';
import { formatBlockHandle } from './block-handle.ts';

/** Throws `not-found`. */
export async function getBlockVolume(located: LocatedBlock, call: Call): Promise<BlockVolume> {
  const volume = await located.backend.find(located, call);
  if (volume !== undefined) return volume;
  throw new Fault('not-found', `volume ${formatBlockHandle(located)} does not exist`);
}
