import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import type { RecordExchange } from '../peers/home-server.ts';
import { RECORD_OPTION } from '../volume-record.ts';
import type { VolumeDeps } from './deps.ts';
import { getVolume } from './get-volume.ts';
import { homeOf } from './home-of.ts';
import { mirrorRecord } from './mirror-record.ts';

/**
 * Replaces the record that a volume was read with, and sets options with it, if no gateway has changed it since.
 * Resolves with the volume as it then is. Throws `conflict` when one has (nothing is changed then), `unreachable`
 * when the gateway at home with the volume does not answer, `wrong-state` for a volume without a record, `busy`.
 */
export async function exchangeRecord(
  deps: VolumeDeps,
  volume: GlusterVolume,
  change: Pick<RecordExchange, 'to' | 'options'>,
  call: Call,
): Promise<GlusterVolume> {
  const { id, name, options } = volume;
  const from = options[RECORD_OPTION];
  if (from === undefined) {
    throw new Fault(
      'wrong-state',
      `volume ${name} was not made through a gateway and has no record to change`,
    );
  }
  const exchange = { ...change, volume: name, id, from };
  const home = await homeOf(deps, volume, call);
  await (home === undefined ? exchangeHere(deps, exchange, call) : home.exchangeRecord(exchange, call));
  return { ...volume, options: { ...options, ...change.options, [RECORD_OPTION]: change.to } };
}

/** The same by the gateway at home: the lock, the look and the change are of one process. */
export async function exchangeHere(
  deps: VolumeDeps,
  { volume: name, id, from, to, options }: RecordExchange,
  call: Call,
): Promise<void> {
  using _lock = deps.locks.acquire(`record of volume ${name}`);
  const volume = await getVolume(deps.gluster, name, call);
  if (volume.id !== id || volume.options[RECORD_OPTION] !== from) {
    throw new Fault('conflict', `volume ${name} was changed in the meantime; read it again`);
  }
  await deps.gluster.set(name, { ...options, [RECORD_OPTION]: to }, call);
  await mirrorRecord(deps, volume, to, call);
}
