import type { Call } from '../../control/call.ts';
import { Fault } from '../../control/fault.ts';
import { limitTime } from '../../control/limit-time.ts';
import type { SnapshotQuery, StoredSnapshot } from '../bricks/snapshot-store.ts';
import { attemptOnAll, named, type Refusal } from '../peers/on-all.ts';
import type { StorageServer } from '../peers/storage-server.ts';
import type { VolumeDeps } from '../volumes/deps.ts';
import { hasQuorum } from './quorum.ts';

export interface SnapshotPart {
  readonly server: StorageServer;
  readonly stored: StoredSnapshot;
}

/** What the servers that answered hold of a snapshot: one token's parts. */
export interface SnapshotView {
  readonly name: string;
  readonly parts: readonly SnapshotPart[];
  /** Any part: all say the same of the whole. */
  readonly facts: StoredSnapshot;
  /** Milliseconds since the epoch: when all bricks stood still. */
  readonly createdAt: number;
  /** Servers that its clones need and that do not answer, by name; their peer ids when they left the pool. */
  readonly missing: readonly string[];
  /** Nothing is missing, and enough parts are there for a clone. */
  readonly isReady: boolean;
}

export interface SnapshotSurvey {
  readonly parts: readonly SnapshotPart[];
  /** Peer ids of the servers that answered. */
  readonly present: readonly string[];
  readonly missing: readonly Refusal[];
}

const FIND_MS = 10_000;

/** Asks all servers at once. One that does not answer is missing, and fails nothing yet. */
export async function surveySnapshots(
  { pool }: Pick<VolumeDeps, 'pool'>,
  query: SnapshotQuery,
  call: Call,
): Promise<SnapshotSurvey> {
  using limit = limitTime(call.signal, FIND_MS);
  const bounded = { id: call.id, signal: limit.signal };
  const { done, refused } = await attemptOnAll(await pool.servers(call), (server) =>
    server.snapshots.find(query, bounded),
  );
  call.signal.throwIfAborted();
  const parts = done.flatMap(({ server, result }) => result.map((stored) => ({ server, stored })));
  return { parts, present: done.map(({ server }) => server.peerId), missing: refused };
}

/**
 * The snapshots that exist, in order of name: those of which a part is `taken`, and none is marked by a delete. A part
 * becomes `taken` only after all bricks had stood still, so one is enough to know. What a server that was down kept of
 * an earlier one of the name has another token, and hides nothing.
 */
export function toViews(survey: SnapshotSurvey): readonly SnapshotView[] {
  const names = [...new Set(survey.parts.map(({ stored }) => stored.snapshot))].sort();
  return names.flatMap((name) => toView(name, survey) ?? []);
}

function toView(name: string, survey: SnapshotSurvey): SnapshotView | undefined {
  const own = survey.parts.filter(({ stored }) => stored.snapshot === name);
  const deleted = deletedTokens(own);
  const facts = own.find(({ stored }) => stored.state === 'taken' && !deleted.has(stored.token))?.stored;
  if (facts === undefined) return undefined;
  const taken = own.filter(({ stored }) => stored.state === 'taken' && stored.token === facts.token);
  const isWhole = hasQuorum(facts, ({ subvol, brick }) =>
    taken.some(({ stored }) => stored.subvol === subvol && stored.brick === brick),
  );
  const missing = missingOf(facts, survey);
  const isReady = isWhole && missing.length === 0;
  return { name, parts: taken, facts, createdAt: facts.createdAt, missing, isReady };
}

/** A clone has a brick on each server, though it be an empty one. */
function missingOf({ members }: StoredSnapshot, { present, missing }: SnapshotSurvey): readonly string[] {
  const absent = new Set(members.map(({ peerId }) => peerId).filter((peerId) => !present.includes(peerId)));
  return [...absent].map(
    (peerId) => missing.find(({ server }) => server.peerId === peerId)?.server.host ?? peerId,
  );
}

/** Tokens of which any part is marked by a delete. */
export function deletedTokens(parts: readonly SnapshotPart[]): ReadonlySet<string> {
  return new Set(parts.filter(({ stored }) => stored.state === 'deleting').map(({ stored }) => stored.token));
}

/** Undefined when there is none. Throws `unreachable` when a server that may have it does not answer. */
export async function findSnapshot(
  deps: Pick<VolumeDeps, 'pool'>,
  name: string,
  call: Call,
): Promise<SnapshotView | undefined> {
  const survey = await surveySnapshots(deps, { snapshot: name }, call);
  const [view] = toViews(survey);
  if (view === undefined) requireAll(survey, `snapshot ${name}`);
  return view;
}

/** Throws `not-found`, in glusterd2's words. */
export async function getSnapshot(
  deps: Pick<VolumeDeps, 'pool'>,
  name: string,
  call: Call,
): Promise<SnapshotView> {
  const view = await findSnapshot(deps, name, call);
  if (view === undefined) throw new Fault('not-found', 'snapshot not found');
  return view;
}

/** Throws the reason of a server that did not answer, as `unreachable`. */
export function requireAll({ missing }: SnapshotSurvey, what: string): void {
  const [first] = missing;
  if (first === undefined) return;
  const reason = named(first);
  const words = reason instanceof Error ? reason.message : 'its gateway failed';
  throw new Fault('unreachable', `${what}: server ${first.server.host} does not answer (${words}); retry`, {
    cause: reason,
  });
}
