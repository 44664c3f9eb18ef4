import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Call, checkpoint } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { exchangeHosting } from '../block/exchange-hosting.ts';
import { getHosting } from '../block/hosting.ts';
import { asNextGeneration, full } from '../block/publications.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { formatRecord, getRecord } from '../volume-record.ts';
import type { GlusterBlockDeps } from './deps.ts';
import { type Exported, readExported, withExported } from './exports-record.ts';

const TURN_MS = 30_000;

/**
 * Changes the record of who has the block volumes of a hosting volume, by exchange: two gateways do not undo each
 * other's change. It is a record alone, which cuts nobody. Throws `not-found`, `wrong-state`, `exhausted` (no room in
 * the record), `unreachable`, `busy`, `uncertain`, and what `change` throws.
 */
export async function changeExported(
  deps: GlusterBlockDeps,
  hosting: string,
  change: (now: Exported) => Exported,
  call: Call,
): Promise<GlusterVolume> {
  const end = performance.now() + TURN_MS;
  for (;;) {
    const volume = await getHosting(deps, hosting, call);
    if (isMade(volume, change)) return volume;
    try {
      await exchange(deps, volume, change, call);
    } catch (error) {
      if (!isFault(error, 'conflict', 'busy')) throw error;
      if (performance.now() > end)
        throw new Fault('busy', `others change hosting volume ${hosting}; retry`, { cause: error });
      checkpoint(call);
      await sleep(20 + Math.random() * 200);
      continue;
    }
    const changed = await getHosting(deps, hosting, call);
    if (isMade(changed, change)) return changed;
    throw new Fault('uncertain', `hosting volume ${hosting} was changed again at the same moment; retry`);
  }
}

function isMade(volume: GlusterVolume, change: (now: Exported) => Exported): boolean {
  const record = getRecord(volume);
  const now = readExported(record);
  return isDeepStrictEqual(withExported(record, change(now)), withExported(record, now));
}

async function exchange(
  deps: GlusterBlockDeps,
  volume: GlusterVolume,
  change: (now: Exported) => Exported,
  call: Call,
): Promise<void> {
  const record = getRecord(volume);
  const now = readExported(record);
  const wanted = asNextGeneration(withExported(record, change(now)));
  let text: string;
  try {
    text = formatRecord(wanted);
  } catch (error) {
    throw isFault(error, 'invalid') ? full(now.size) : error;
  }
  await exchangeHosting(deps, volume, text, call);
}
