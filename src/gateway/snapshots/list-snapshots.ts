import type { Call } from '../../control/call.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { getVolume } from '../volumes/get-volume.ts';
import { type SnapshotView, surveySnapshots, toViews } from './snapshot-view.ts';

export interface SnapshotListing {
  readonly volume: string | undefined;
  /** Only names after this one. */
  readonly after: string | undefined;
  readonly limit: number | undefined;
}

/**
 * In order of name. A server that does not answer hides what it alone has. A volume without snapshots, which does not
 * exist either, is `not-found` as with glusterd2; snapshots outlive their volume.
 */
export async function listSnapshots(
  deps: Pick<VolumeDeps, 'pool' | 'gluster'>,
  { volume, after = '', limit }: SnapshotListing,
  call: Call,
): Promise<readonly SnapshotView[]> {
  const views = toViews(await surveySnapshots(deps, volume === undefined ? {} : { volume }, call));
  if (views.length === 0 && volume !== undefined) await getVolume(deps.gluster, volume, call);
  return views.filter(({ name }) => name > after).slice(0, limit);
}
