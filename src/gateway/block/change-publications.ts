import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Call, checkpoint } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { formatRecord, getRecord, RECORD_OPTION, type VolumeRecord } from '../volume-record.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { CUTTING } from './block-options.ts';
import { confirmAccess } from './confirm-access.ts';
import type { HostingDeps } from './deps.ts';
import { exchangeHosting } from './exchange-hosting.ts';
import { getHosting } from './hosting.ts';
import {
  allowOf,
  asNextGeneration,
  full,
  type Publications,
  readPublications,
  withPublications,
} from './publications.ts';

/** Changes of several block volumes of one hosting volume meet; each takes half a second at most. */
const TURN_MS = 30_000;

/**
 * Changes who may attach the block volumes of a hosting volume, in its record and in `auth.allow` by one command,
 * and resolves once enough bricks go by it. A change that is none asks the bricks all the same: the one that made it
 * so may have died before it had. Throws `not-found`, `wrong-state`, `exhausted` (no room in the record),
 * `unreachable`, `busy`, and `uncertain` when bricks do not go by it; what `change` throws is thrown.
 */
export async function changePublications(
  deps: HostingDeps,
  hosting: string,
  change: (now: Publications) => Publications,
  call: Call,
): Promise<GlusterVolume> {
  const end = performance.now() + TURN_MS;
  for (;;) {
    const volume = await getHosting(deps, hosting, call);
    const changed = await exchange(deps, volume, change, call).catch((error: unknown) => {
      if (isFault(error, 'conflict', 'busy') && performance.now() < end) return undefined;
      throw isFault(error, 'conflict') ? busy(hosting, error) : error;
    });
    if (changed === undefined) {
      checkpoint(call);
      await sleep(20 + Math.random() * 200);
      continue;
    }
    // One that somebody has started since it was read has bricks by now.
    const running = changed.state === 'Started' ? changed : await getHosting(deps, hosting, call);
    await confirmAccess(deps, running, call).catch((error: unknown) => {
      throw afterMutation(error, `change of access to hosting volume ${hosting}`);
    });
    return requireMade(await getHosting(deps, hosting, call), change);
  }
}

/**
 * A gateway that stood in for another at the same moment may have undone it. It is not made again here: whoever has
 * asked knows whether it is still wanted.
 */
function requireMade(volume: GlusterVolume, change: (now: Publications) => Publications): GlusterVolume {
  if (isMade(volume, change)) return volume;
  throw new Fault('uncertain', `hosting volume ${volume.name} was changed again at the same moment; retry`);
}

/** The record has it already. */
function isMade(volume: GlusterVolume, change: (now: Publications) => Publications): boolean {
  const record = getRecord(volume);
  const now = readPublications(record);
  return isDeepStrictEqual(withPublications(record, change(now)), withPublications(record, now));
}

/** Throws `conflict` when the record was changed since it was read. */
async function exchange(
  deps: HostingDeps,
  volume: GlusterVolume,
  change: (now: Publications) => Publications,
  call: Call,
): Promise<GlusterVolume> {
  const record = getRecord(volume);
  const now = readPublications(record);
  if (isMade(volume, change) && isClosed(volume)) return volume;
  const wanted = withPublications(record, change(now));
  return exchangeHosting(deps, volume, format(asNextGeneration(wanted), now.size), call);
}

/** Its access list is what its record says, and cuts whom it leaves out. */
export function isClosed({ options }: GlusterVolume): boolean {
  const wanted = { ...CUTTING, 'auth.allow': allowOf(options[RECORD_OPTION] ?? '') };
  return Object.entries(wanted).every(([name, value]) => options[name] === value);
}

function format(record: VolumeRecord, count: number): string {
  try {
    return formatRecord(record);
  } catch (error) {
    if (isFault(error, 'invalid')) throw full(count);
    throw error;
  }
}

function busy(hosting: string, cause: Fault): Fault {
  return new Fault('busy', `others change hosting volume ${hosting}; retry`, { cause });
}
