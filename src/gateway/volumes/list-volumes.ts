import type { Call } from '../../control/call.ts';
import type { Gluster, GlusterVolume } from '../gluster-cli/gluster.ts';
import { readRecord } from '../volume-record.ts';

export interface VolumeQuery {
  /** Only volumes that have this metadata key, or this value under it (under any key when `key` is absent). */
  readonly key?: string | undefined;
  readonly value?: string | undefined;
  /** Only names after this one. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** In order of name (by code unit, so that "after" means the same everywhere). */
export async function listVolumes(
  gluster: Pick<Gluster, 'volumes'>,
  query: VolumeQuery,
  call: Call,
): Promise<readonly GlusterVolume[]> {
  const { after = '', limit } = query;
  return (await gluster.volumes(call))
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
