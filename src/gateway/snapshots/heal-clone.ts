import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type Call, checkpoint } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { parseJson } from '../../control/parse-json.ts';
import { layoutOf } from '../brick-layout.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { formatRecord, getRecord } from '../volume-record.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { eventData, type VolumeDeps } from '../volumes/deps.ts';
import { exchangeRecord } from '../volumes/exchange-record.ts';
import { COMPLETE, HEALING } from './clone-metadata.ts';

const healed = z.record(z.string(), z.string());

/** How long one request waits; the next one goes on. */
const WAIT_MS = 20_000;
const LOOK_MS = 200;
/** A self-heal daemon that has just begun to know the volume refuses, or goes through nothing. */
const TRIGGER_MS = 1_000;

/**
 * Starts the clone, has it healed and puts its source's policy back. Already so is success. Throws `busy` while it
 * heals; a clone is handed out only once its bricks agree.
 */
export async function healClone(deps: VolumeDeps, volume: GlusterVolume, call: Call): Promise<GlusterVolume> {
  const record = getRecord(volume);
  const { [HEALING]: after, [COMPLETE]: complete, ...metadata } = record.metadata;
  if (after === undefined) return volume;
  try {
    await deps.gluster.start(volume.name, { force: false }, call);
    deps.notify('volume.started', eventData(volume));
    const { kind } = layoutOf(volume);
    // What a brick lacks that began empty, disperse does not list.
    const full = kind === 'disperse' && complete === undefined;
    if (kind !== 'plain') await untilHealed(deps, volume.name, full, call);
    const option = formatRecord({ ...record, metadata });
    // Another gateway may have healed it too, and its metadata may have been changed since.
    const options = healed.parse(parseJson(after));
    return { ...(await exchangeRecord(deps, volume, { to: option, options }, call)), state: 'Started' };
  } catch (error) {
    throw afterMutation(error, `clone ${volume.name}`);
  }
}

async function untilHealed(deps: VolumeDeps, name: string, full: boolean, call: Call): Promise<void> {
  const end = performance.now() + WAIT_MS;
  let triggeredAt = Number.NEGATIVE_INFINITY;
  // Whatever differs is listed (the marks are honest; with replication a brick that began empty, too): nothing listed is
  // nothing to do. The daemons need not be waited for: they look for a brick that was not yet there every 3 s.
  let canTell = !full;
  while (performance.now() < end) {
    checkpoint(call);
    if (canTell && (await isHealed(deps, name, call))) return;
    if (performance.now() - triggeredAt > TRIGGER_MS && (await trigger(deps, name, full, call))) {
      triggeredAt = performance.now();
      canTell = true;
    }
    await sleep(LOOK_MS);
  }
  throw new Fault('busy', `volume ${name} is still being healed; retry`);
}

async function trigger(deps: VolumeDeps, name: string, full: boolean, call: Call): Promise<boolean> {
  try {
    await deps.gluster.heal(name, { full }, call);
    return true;
  } catch (error) {
    if (isFault(error, 'unreachable', 'busy')) return false;
    throw error;
  }
}

/** Every brick is asked, and none lists anything. */
async function isHealed({ gluster }: VolumeDeps, name: string, call: Call): Promise<boolean> {
  try {
    const bricks = await gluster.healSummary(name, call);
    return (
      bricks.length > 0 && bricks.every(({ status, total }) => /^connected$/i.test(status) && total === 0)
    );
  } catch (error) {
    if (isFault(error, 'unreachable', 'busy')) return false;
    throw error;
  }
}
