import { RECORD_OPTION } from '../volume-record.ts';
import type { VolumeDeps } from './deps.ts';

/**
 * What every volume by size gets beside the options that the request chose, and gets again after a reset. With
 * storage.reserve 0 the whole brick can be written, and an online grow is usable at once.
 */
export function ownOptions(
  deps: Pick<VolumeDeps, 'accessOptions'>,
  record: string,
): Readonly<Record<string, string>> {
  return { 'storage.reserve': '0', ...deps.accessOptions, [RECORD_OPTION]: record };
}
