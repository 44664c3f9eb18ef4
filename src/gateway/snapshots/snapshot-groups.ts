import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { requireAll, type SnapshotView, surveySnapshots, toViews } from './snapshot-view.ts';

/** The group's snapshots, at least one. Throws `not-found`, `unreachable`. */
export async function getGroup(
  deps: Pick<VolumeDeps, 'pool'>,
  group: string,
  call: Call,
): Promise<readonly SnapshotView[]> {
  const survey = await surveySnapshots(deps, { group }, call);
  const views = toViews(survey);
  if (views.length > 0) return views;
  requireAll(survey, `snapshot group ${group}`);
  throw new Fault('not-found', 'snapshot group not found');
}

/** Deletes all its snapshots, also those of which a delete or a create was interrupted. False when there is none. */
export async function deleteGroup(deps: VolumeDeps, group: string, call: Call): Promise<boolean> {
  const survey = await surveySnapshots(deps, { group }, call);
  requireAll(survey, `snapshot group ${group}`);
  const names = [...new Set(survey.parts.map(({ stored }) => stored.snapshot))].sort();
  for (const name of names) await deleteSnapshot(deps, name, call);
  return names.length > 0;
}
