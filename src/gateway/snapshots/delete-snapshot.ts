import type { Call } from '../../control/call.ts';
import { onAll } from '../peers/on-all.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { type VolumeDeps, volumeKey } from '../volumes/deps.ts';
import { serversOf } from '../volumes/survey.ts';
import { deleteFromGluster } from './gluster-snapshot.ts';
import { settleName } from './settle-name.ts';
import { requireAll, surveySnapshots } from './snapshot-view.ts';

/**
 * Deletes a snapshot on all servers. False when there was none. Throws `unreachable` when a server does not answer
 * (nothing is deleted), `busy` while it is being taken.
 */
export async function deleteSnapshot(deps: VolumeDeps, name: string, call: Call): Promise<boolean> {
  using _lock = deps.locks.acquire(volumeKey(name));
  const view = await settleName(deps, name, call);
  const survey = await surveySnapshots(deps, { snapshot: name }, call);
  requireAll(survey, `snapshot ${name}`);
  if (view === undefined) return false;
  const servers = serversOf(survey.parts);
  try {
    // Marked everywhere first: what is marked anywhere is gone, whatever happens next.
    await onAll(servers, (server) => server.snapshots.markDeleting(name, call));
    const parts = survey.parts.map(({ stored }) => stored);
    await deleteFromGluster(deps, parts, call);
    await onAll(servers, (server) => server.snapshots.remove(name, call));
  } catch (error) {
    throw afterMutation(error, `deletion of snapshot ${name}`);
  }
  return true;
}
