import { allowOf, isHosting } from '../block/publications.ts';
import { parseRecord, RECORD_OPTION } from '../volume-record.ts';
import type { VolumeDeps } from './deps.ts';

const WHOLE_BRICK = { 'storage.reserve': '0', 'storage.health-check-interval': '0' };

/**
 * What every volume by size gets beside the options that the request chose, and gets again after a reset. With
 * storage.reserve 0 the whole brick can be written, and an online grow is usable at once. Gluster's health check writes a
 * file every 30 s, and ends a brick on which that fails: on a full one it does (measured). One that hosts block volumes is
 * open to those that its record says, and to nobody else.
 */
export function ownOptions(
  deps: Pick<VolumeDeps, 'accessOptions'>,
  record: string,
): Readonly<Record<string, string>> {
  const access = isHosting(parseRecord(record) ?? { metadata: {} })
    ? { 'auth.allow': allowOf(record) }
    : deps.accessOptions;
  return { ...WHOLE_BRICK, ...access, [RECORD_OPTION]: record };
}
