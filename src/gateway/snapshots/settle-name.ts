import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { onAll } from '../peers/on-all.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { areDead } from '../volumes/dead-tokens.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { serversOf } from '../volumes/survey.ts';
import { deleteFromGluster, findMade } from './gluster-snapshot.ts';
import {
  requireAll,
  type SnapshotPart,
  type SnapshotView,
  surveySnapshots,
  toViews,
} from './snapshot-view.ts';

/**
 * Brings what has the snapshot's name to an end: a create that died after all bricks had stood still is completed, one
 * that died before is undone, a delete is completed. Resolves with the snapshot when there is one. Throws `busy` while
 * another create is under way, `unreachable` when a server does not answer.
 */
export async function settleName(
  deps: VolumeDeps,
  name: string,
  call: Call,
): Promise<SnapshotView | undefined> {
  const survey = await surveySnapshots(deps, { snapshot: name }, call);
  const [view] = toViews(survey);
  const unfinished = survey.parts.filter(({ stored }) => stored.state !== 'taken');
  if (unfinished.length === 0 && view !== undefined) return view;
  requireAll(survey, `snapshot ${name}`);
  if (unfinished.length === 0) return undefined;
  try {
    if (survey.parts.some(({ stored }) => stored.state === 'deleting'))
      await finishDelete(deps, name, survey.parts, call);
    else await finishCreates(deps, name, survey.parts, call);
  } catch (error) {
    throw afterMutation(error, `clearing what was left of snapshot ${name}`);
  }
  return toViews(await surveySnapshots(deps, { snapshot: name }, call))[0];
}

async function finishDelete(
  deps: VolumeDeps,
  name: string,
  parts: readonly SnapshotPart[],
  call: Call,
): Promise<void> {
  const servers = serversOf(parts);
  await onAll(servers, (server) => server.snapshots.markDeleting(name, call));
  await deleteFromGluster(
    deps,
    parts.map(({ stored }) => stored),
    call,
  );
  await onAll(servers, (server) => server.snapshots.remove(name, call));
}

async function finishCreates(
  deps: VolumeDeps,
  name: string,
  parts: readonly SnapshotPart[],
  call: Call,
): Promise<void> {
  const taking = parts.filter(({ stored }) => stored.state === 'taking');
  const dead = taking.map(({ stored }) => stored);
  if (!(await areDead(deps, dead, call))) {
    throw new Fault('busy', `snapshot ${name} is being taken; retry`);
  }
  const taken = parts.find(({ stored }) => stored.state === 'taken')?.stored;
  const whole = taken ?? (await findMade(deps, dead, call));
  for (const { server, stored } of taking) {
    if (stored.token === whole?.token) await server.snapshots.commit(stored.token, whole.createdAt, call);
    else await server.snapshots.forget(stored.token, call);
  }
}
