import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { RECORD_OPTION } from '../volume-record.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { exchangeHere } from '../volumes/exchange-record.ts';
import { actingHome } from './acting-home.ts';
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
  const request = { volume: name, id, from, to, options: { 'auth.allow': allowOf(to) } };
  const home = await actingHome(deps, volume, call);
  await (home === undefined ? exchangeHere(deps, request, call) : home.exchangeRecord(request, call));
  return { ...volume, options: { ...options, ...request.options, [RECORD_OPTION]: to } };
}
