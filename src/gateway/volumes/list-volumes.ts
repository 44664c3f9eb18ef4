import type { Call } from '../../control/call.ts';
import type { GlusterVolume } from '../gluster-cli/gluster.ts';
import { readRecord } from '../volume-record.ts';
import type { VolumeDeps } from './deps.ts';
import { lacksRecord } from './own-bricks.ts';

export interface VolumeQuery {
  /** Only volumes that have this metadata key, or this value under it (under any key when `key` is absent). */
  readonly key?: string | undefined;
  readonly value?: string | undefined;
  /** Only names after this one. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * In order of name (by code unit, so that "after" means the same everywhere). A volume that was reset is told as it
 * is; housekeeping is sent to it.
 */
export async function listVolumes(
  deps: Pick<VolumeDeps, 'gluster' | 'noticeReset'>,
  query: VolumeQuery,
  call: Call,
): Promise<readonly GlusterVolume[]> {
  const { after = '', limit } = query;
  const all = await deps.gluster.volumes(call);
  // One that was never started is a create under way, as a rule.
  if (all.some((volume) => volume.state !== 'Created' && lacksRecord(volume))) deps.noticeReset();
  return all
    .filter((volume) => volume.name > after && hasMetadata(volume, query))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, limit);
}

function hasMetadata(volume: GlusterVolume, { key, value }: VolumeQuery): boolean {
  if (key === undefined && value === undefined) return true;
  const entries = Object.entries(readRecord(volume)?.metadata ?? {});
  return entries.some(
    ([name, text]) => (key === undefined || name === key) && (value === undefined || text === value),
  );
}
