import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { getRecord } from '../volume-record.ts';
import { resizeVolume } from '../volumes/resize-volume.ts';
import type { HostingDeps } from './deps.ts';
import type { HostedFiles } from './hosting-mounts.ts';
import type { Hosted } from './locate.ts';
import { SHAPE_KEY } from './make-hosting.ts';
import { requireRoom, roomOf } from './room.ts';

/**
 * Grows a hosting volume that was made for a request until it has `more` bytes to promise; enough already is success.
 * One that somebody made keeps the size that it was given. What it is told of has to be looked at anew in this turn of
 * `rooms`: others may have put something there. Throws what a resize does.
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

/**
 * To be asked once something was put on the hosting volume: two gateways may each have found room for their own, and
 * the later look sees both. Grows it as `makeRoom` does. Throws `busy` when it has promised more than it has.
 */
export async function requirePromised(
  deps: HostingDeps,
  hosting: GlusterVolume,
  files: HostedFiles,
  call: Call,
): Promise<void> {
  try {
    const here = { hosting, ...(await files.list(call)) };
    await requireRoom({ ...here, hosting: await makeRoom(deps, here, 0n, call) }, files, call);
  } catch (error) {
    if (!isFault(error, 'exhausted')) throw error;
    throw new Fault('busy', `another gateway has used the room on ${hosting.name}; retry`, { cause: error });
  }
}
