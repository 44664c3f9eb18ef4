import type { Call } from '../../control/call.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import { resizeVolume } from '../volumes/resize-volume.ts';
import type { HostingDeps } from './deps.ts';
import type { Hosted } from './locate.ts';
import { SHAPE_KEY } from './make-hosting.ts';
import { roomOf } from './room.ts';

/**
 * Grows a hosting volume that was made for a request until it has `more` bytes to promise; enough already is success.
 * One that somebody made keeps the size that it was given. Throws what a resize does.
 */
export async function makeRoom(
  deps: HostingDeps,
  hosted: Hosted,
  more: bigint,
  call: Call,
): Promise<GlusterVolume> {
  const { hosting } = hosted;
  const { capacity, metadata } = getRecord(hosting);
  if (capacity === undefined || metadata[SHAPE_KEY] === undefined) return hosting;
  const lacking = more - roomOf(hosted, capacity);
  if (lacking <= 0n) return hosting;
  return resizeVolume(deps, hosting.name, () => capacity + lacking, call);
}
