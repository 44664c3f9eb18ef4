import type { Call } from '../../control/call.ts';
import { Fault, isFault } from '../../control/fault.ts';
import { exchangeHosting } from '../block/exchange-hosting.ts';
import { isHosting } from '../block/publications.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { parseRecord, RECORD_OPTION } from '../volume-record.ts';
import type { VolumeDeps } from './deps.ts';
import { mirrorRecord } from './mirror-record.ts';

/**
 * Writes the record of a volume that was read under its lock, and its copies. That of a hosting volume is changed by
 * publications all the time: it is exchanged, and throws `busy` when another was faster.
 */
export async function writeRecord(
  deps: VolumeDeps,
  volume: GlusterVolume,
  record: string,
  call: Call,
): Promise<GlusterVolume> {
  if (hosts(volume.options[RECORD_OPTION]) && hosts(record)) {
    return exchangeHosting(deps, volume, record, call).catch((error: unknown) => {
      if (!isFault(error, 'conflict')) throw error;
      throw new Fault('busy', `volume ${volume.name} was changed in the meantime; retry`, { cause: error });
    });
  }
  await deps.gluster.set(volume.name, { [RECORD_OPTION]: record }, call);
  await mirrorRecord(deps, volume, record, call);
  return { ...volume, options: { ...volume.options, [RECORD_OPTION]: record } };
}

function hosts(record: string | undefined): boolean {
  const parsed = parseRecord(record ?? '');
  return parsed !== undefined && isHosting(parsed);
}
