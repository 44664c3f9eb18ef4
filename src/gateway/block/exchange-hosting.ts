import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { RecordExchange } from '../peers/home-server.ts';
import { RECORD_OPTION } from '../volume-record.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { exchangeHere } from '../volumes/exchange-record.ts';
import { getVolume } from '../volumes/get-volume.ts';
import { actingHomes } from './acting-homes.ts';
import { CUTTING } from './block-options.ts';
import { allowOf } from './publications.ts';

/**
 * Replaces the record that a hosting volume was read with, and the access list that follows from it, by one command.
 * Throws `conflict` when it was changed since (nothing is changed then), `wrong-state` without a record,
 * `unreachable`, `busy`.
 */
export async function exchangeHosting(
  deps: VolumeDeps,
  volume: GlusterVolume,
  to: string,
  call: Call,
): Promise<GlusterVolume> {
  const { name, id, options } = volume;
  const from = options[RECORD_OPTION];
  if (from === undefined) throw new Fault('wrong-state', `volume ${name} has no record`);
  const request = { volume: name, id, from, to, options: { ...CUTTING, 'auth.allow': allowOf(to) } };
  await atHome(deps, volume, request, call);
  return { ...volume, options: { ...options, ...request.options, [RECORD_OPTION]: to } };
}

/**
 * Gives a hosting volume that was reset its record and options again, unless another gateway was faster: then what
 * that one left, or its change since, stays. Resolves with the volume as it then is. Throws `unreachable`, `busy`.
 */
export async function putBackHosting(
  deps: VolumeDeps,
  volume: GlusterVolume,
  change: Pick<RecordExchange, 'to' | 'options'>,
  call: Call,
): Promise<GlusterVolume> {
  const { name, id, options } = volume;
  try {
    await atHome(deps, volume, { ...change, volume: name, id }, call);
  } catch (error) {
    if (!isFault(error, 'conflict')) throw error;
    return getVolume(deps.gluster, name, call);
  }
  return { ...volume, options: { ...options, ...change.options, [RECORD_OPTION]: change.to } };
}

/** By the first gateway that answers: one that is `unreachable` has changed nothing. */
async function atHome(
  deps: VolumeDeps,
  volume: GlusterVolume,
  request: RecordExchange,
  call: Call,
): Promise<void> {
  let silent: unknown;
  for (const { isSelf, home } of await actingHomes(deps, volume, call)) {
    try {
      return await (isSelf ? exchangeHere(deps, request, call) : home?.exchangeRecord(request, call));
    } catch (error) {
      if (!isFault(error, 'unreachable')) throw error;
      silent ??= error;
    }
  }
  throw silent;
}
