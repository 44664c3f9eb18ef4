import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { onAll } from '../peers/on-all.ts';
import { afterMutation } from '../volumes/after-mutation.ts';
import { areDead } from '../volumes/dead-tokens.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { serversOf } from '../volumes/survey.ts';
import { deleteFromGluster, findMade } from './gluster-snapshot.ts';
import {
  deletedTokens,
  requireAll,
  type SnapshotPart,
  type SnapshotSurvey,
  type SnapshotView,
  surveySnapshots,
  toViews,
} from './snapshot-view.ts';

/**
 * Brings what has the snapshot's name to an end: a create that died after all bricks had stood still is completed, one
 * that died before is undone, a delete is completed. Resolves with the snapshot when there is one. Throws `busy` while
 * another create is under way, `unreachable` when a server with a part of what is to be ended does not answer,
 * `wrong-state` for two snapshots of the name.
 *
 * Servers that are down do not matter else: the bricks that a snapshot needs are so many that any two of one volume
 * have one in common. Only a snapshot of another volume, all of it on servers that are down, is not seen.
 */
export async function settleName(
  deps: VolumeDeps,
  name: string,
  call: Call,
): Promise<SnapshotView | undefined> {
  const survey = await surveySnapshots(deps, { snapshot: name }, call);
  requireOne(name, survey.parts);
  const unfinished = survey.parts.filter(({ stored }) => stored.state !== 'taken');
  if (unfinished.length === 0) return toViews(survey)[0];
  requireMembers(survey, name, unfinished);
  try {
    if (deletedTokens(survey.parts).size > 0) await finishDelete(deps, name, survey.parts, call);
    else await finishCreates(deps, name, survey.parts, call);
  } catch (error) {
    throw afterMutation(error, `clearing what was left of snapshot ${name}`);
  }
  return toViews(await surveySnapshots(deps, { snapshot: name }, call))[0];
}

/** A name that was taken on a server that was down, and meanwhile on others. */
function requireOne(name: string, parts: readonly SnapshotPart[]): void {
  const taken = parts.filter(({ stored }) => stored.state === 'taken');
  const tokens = new Set(taken.map(({ stored }) => stored.token));
  if (tokens.size < 2) return;
  const where = taken.map(
    ({ server, stored }) => `of volume ${stored.volume} on ${server.host}:${stored.device}`,
  );
  throw new Fault(
    'wrong-state',
    `two snapshots have the name ${name}: ${where.join(', ')}; remove the directories snapshots/${name}.* of one`,
  );
}

/** Other parts of what is to be ended may lie where nobody answers. */
function requireMembers(survey: SnapshotSurvey, name: string, parts: readonly SnapshotPart[]): void {
  const needed = new Set(parts.flatMap(({ stored }) => stored.members.map(({ peerId }) => peerId)));
  const missing = survey.missing.filter(({ server }) => needed.has(server.peerId));
  requireAll({ ...survey, missing }, `snapshot ${name}`);
}

/** Only where the deleted one lies: a later one of the name was made without these servers. */
async function finishDelete(
  deps: VolumeDeps,
  name: string,
  parts: readonly SnapshotPart[],
  call: Call,
): Promise<void> {
  const deleted = deletedTokens(parts);
  const servers = serversOf(parts.filter(({ stored }) => deleted.has(stored.token)));
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
  const taken = (await findWhole(deps, parts, call))?.stored;
  const whole = taken ?? (await findMade(deps, dead, call));
  if (whole === undefined) await deleteFromGluster(deps, dead, call);
  for (const { server, stored } of taking) {
    if (stored.token === whole?.token) await server.snapshots.commit(stored.token, whole.createdAt, call);
    else await server.snapshots.forget(stored.token, call);
  }
}

/**
 * A part that proves that all bricks stood still: one of the snapshot, or of another of its group, which stood still
 * in the same moment and may have no server in common with it.
 */
async function findWhole(
  deps: VolumeDeps,
  parts: readonly SnapshotPart[],
  call: Call,
): Promise<SnapshotPart | undefined> {
  const own = parts.find(({ stored }) => stored.state === 'taken');
  const taking = parts.find(({ stored }) => stored.state === 'taking')?.stored;
  if (own !== undefined || taking?.group === undefined) return own;
  const survey = await surveySnapshots(deps, { group: taking.group.name }, call);
  const mate = survey.parts.find(({ stored }) => stored.state === 'taken' && stored.token === taking.token);
  if (mate === undefined) requireAll(survey, `snapshot group ${taking.group.name}`);
  return mate;
}
