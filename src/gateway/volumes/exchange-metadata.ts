import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { checkMetadata, formatRecord, getRecord } from '../volume-record.ts';
import type { VolumeDeps } from './deps.ts';
import { exchangeRecord } from './exchange-record.ts';
import { readVolume } from './restore-record.ts';

export interface MetadataExchange {
  readonly metadata: Readonly<Record<string, string>>;
  /** What is there, without the server's own. */
  readonly expected: Readonly<Record<string, string>>;
}

/**
 * Puts the metadata in place of those that are expected; the server's own stay. Throws `conflict` when there are
 * others (nothing is changed then), `not-found`, `invalid`, `unreachable`, `busy`.
 */
export async function exchangeMetadata(
  deps: VolumeDeps,
  name: string,
  { metadata, expected }: MetadataExchange,
  call: Call,
): Promise<GlusterVolume> {
  checkMetadata(metadata);
  const volume = await readVolume(deps, name, call);
  const record = getRecord(volume);
  const entries = Object.entries(record.metadata);
  const own = Object.fromEntries(entries.filter(([key]) => !key.startsWith('_')));
  if (!isDeepStrictEqual(own, { ...expected })) {
    throw new Fault('conflict', `the metadata of volume ${name} are not those expected; read them again`);
  }
  const servers = Object.fromEntries(entries.filter(([key]) => key.startsWith('_')));
  const to = formatRecord({ ...record, metadata: { ...metadata, ...servers } });
  return exchangeRecord(deps, volume, { to, options: {} }, call);
}
