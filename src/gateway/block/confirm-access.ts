import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, checkpoint } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { GlusterBrick, GlusterBrickStatus, GlusterVolume } from '../gluster-cli/gluster.ts';
import { RECORD_OPTION } from '../volume-record.ts';
import type { HostingDeps } from './deps.ts';
import { isInForce } from './in-force.ts';
import { signOf } from './publications.ts';

/** Enough bricks are waited for; this long also for the rest, so that a new client meets them all. */
const REST_MS = 2_000;
const EVERY_MS = 50;

/**
 * Resolves once enough bricks go by the access that the volume's record asks for: they take nobody else, and have
 * cut whom they had taken before. A later record will do: it has the change in it, which the caller looks at. Each
 * brick is asked twice, by connections of their own: one that reads the new option cuts its old connections before
 * it takes another. Throws `uncertain` naming the bricks that do not.
 */
export async function confirmAccess(deps: HostingDeps, volume: GlusterVolume, call: Call): Promise<void> {
  if (volume.state !== 'Started') return;
  let record = volume.options[RECORD_OPTION] ?? '';
  const confirmed = new Set<string>();
  const began = performance.now();
  const restMs = Math.min(REST_MS, deps.confirmMs);
  for (;;) {
    const online = await onlineBricks(deps, volume.name, call);
    await Promise.all(
      online.map(async (brick) => {
        if (!confirmed.has(keyOf(brick)) && (await goesBy(deps, brick, signOf(record), call)))
          confirmed.add(keyOf(brick));
      }),
    );
    const elapsed = performance.now() - began;
    const isAll = online.every((brick) => confirmed.has(keyOf(brick)));
    const isEnough = isInForce(volume, (brick) => confirmed.has(keyOf(brick)));
    if (isEnough && (isAll || elapsed > restMs)) return;
    if (elapsed > deps.confirmMs || (isAll && online.length > 0 && elapsed > restMs))
      throw unconfirmed(volume, confirmed);
    checkpoint(call);
    await sleep(EVERY_MS);
    record = (await latestRecord(deps, volume.name, call)) ?? record;
  }
}

/** A later change of the record has this one in it; bricks may never have seen it alone. */
async function latestRecord({ gluster }: HostingDeps, name: string, call: Call): Promise<string | undefined> {
  try {
    return (await gluster.volume(name, call))?.options[RECORD_OPTION];
  } catch (error) {
    if (isFault(error, 'busy', 'unreachable')) return undefined;
    throw error;
  }
}

async function goesBy(
  deps: HostingDeps,
  brick: GlusterBrickStatus,
  sign: string,
  call: Call,
): Promise<boolean> {
  const ask = () => deps.brickAllows(brick, sign, call);
  return (await ask()) === true && (await ask()) === true;
}

/** None while another transaction keeps glusterd from telling. */
async function onlineBricks(
  deps: HostingDeps,
  name: string,
  call: Call,
): Promise<readonly GlusterBrickStatus[]> {
  try {
    return (await deps.gluster.status(name, call)).filter(({ online }) => online);
  } catch (error) {
    if (isFault(error, 'busy', 'unreachable')) return [];
    throw error;
  }
}

function unconfirmed(volume: GlusterVolume, confirmed: ReadonlySet<string>): Fault {
  const silent = volume.bricks.filter((brick) => !confirmed.has(keyOf(brick)));
  const names = silent.map(({ host, path }) => `${host}:${path}`).join(', ');
  return new Fault(
    'uncertain',
    `too many bricks of hosting volume ${volume.name} do not go by its new access list: ${names}; start their servers and retry`,
  );
}

function keyOf({ peerId, path }: Pick<GlusterBrick, 'peerId' | 'path'>): string {
  return `${peerId}:${path}`;
}
